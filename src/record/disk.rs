//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Replaces `path` by `bytes`: whoever looks sees the old file or the new one, never a part.
///
/// # Errors
///
/// When the disk fails, or when what is there is no regular file: a device or a link is not to be
/// replaced by accident.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Err(io::Error::other("not a regular file")),
        _ => {}
    }
    // In the same folder, because only there can a rename replace the old file at once.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut temporary = temporary(".new-", 0o666).tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Writes a file where nobody looks yet, through to the disk.
pub(super) fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new folder in `folder` that deletes itself unless it is kept.
pub(super) fn staging(folder: &Path, prefix: &str) -> io::Result<tempfile::TempDir> {
    temporary(prefix, 0o777).tempdir_in(folder)
}

/// Puts what was renamed in `folder` on the disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only under Unix can a folder be opened; elsewhere the system sees to it.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The whole file, when it is a regular one of at most `limit` bytes.
///
/// # Errors
///
/// When it cannot be read, is no regular file, or is larger.
pub fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: a link may lead anywhere, a pipe would wait for a writer.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read: the limit holds for what is read, not for its size.
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// A temporary file or folder that others may read as far as the user's umask lets them; the
/// crate's default would keep the results of a run from everyone else.
#[cfg_attr(not(unix), expect(unused_variables, reason = "permissions are a matter of Unix"))]
fn temporary(prefix: &str, mode: u32) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder
}
