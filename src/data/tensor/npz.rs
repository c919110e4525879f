//! `.npz`: a zip archive of `.npy` files.

use super::directory::members;
use super::entry::{Contents, Facts, TensorEntry};
use super::error::{Problem, TensorError};
use super::fault::Fault;
use super::member::Member;
use super::npy::{Header, header};
use super::regular::Regular;

/// All arrays of `file`, in the order they stand in.
pub(super) fn entries(mut file: Regular) -> Result<Vec<TensorEntry>, TensorError> {
    read(&mut file).map_err(|problem| problem.of(file.path()))
}

fn read(file: &mut Regular) -> Result<Vec<TensorEntry>, Problem> {
    let mut entries = Vec::new();
    for member in members(file)? {
        let facts = array(file, &member).map_err(|problem| problem.within(&member.name))?;
        entries.push(facts.entry(file.shared_path(), file.length()));
    }
    Ok(entries)
}

fn array(file: &mut Regular, member: &Member) -> Result<Facts, Problem> {
    let Some(name) = member.name.strip_suffix(".npy") else {
        let reason = "this member is no .npy array; an .npz holds nothing else".to_owned();
        return Err(Problem::at(0, Fault::Archive { reason }));
    };
    let name = name.to_owned();
    let read = header(&mut member.unpack(file)?, member.unpacked)?;
    let Header { shape, dtype, order, values, bytes } = read;
    let contents = Contents::Member { member: Box::new(member.clone()), header: bytes, order };
    Ok(Facts { name, shape, dtype, values, contents })
}
