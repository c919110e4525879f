//! Figures and reports as files: all of them functions of the records in a store.

use anyhow::{Context as _, Result};

use crate::experiment::paper;
use crate::figure::{Drawing, draw};
use crate::record::{Provenance, Record, Store};
use crate::report::{self, Entry};

/// A file to be written, relative to the store.
pub(super) type Page = (String, Vec<u8>);

/// The figures of one record: SVG, and the PNG rendered from it.
pub(super) fn figures(record: &Record, drawing: &Drawing) -> Result<Vec<Page>> {
    let png = drawing.png().with_context(|| format!("figure of {}", record.id))?;
    Ok(vec![
        (format!("figures/{}.svg", record.id), drawing.svg().as_bytes().to_vec()),
        (format!("figures/{}.png", record.id), png),
    ])
}

/// Every figure of the store, and the report on all of them.
pub(super) fn all(store: &Store) -> Result<Vec<Page>> {
    let records = records(store)?;
    let mut pages = Vec::new();
    let mut entries = Vec::new();
    for (record, provenance) in &records {
        let drawing = draw(record).with_context(|| format!("figure of {}", record.id))?;
        pages.extend(figures(record, &drawing)?);
        entries.push(Entry { record, provenance, drawing });
    }
    let claims = store.read_claims()?;
    pages.push(("REPORT.md".to_owned(), report::markdown(&claims, &entries).into_bytes()));
    pages.push(("report.html".to_owned(), report::html(&claims, &entries).into_bytes()));
    Ok(pages)
}

/// The records of the store: the paper's in its order, then others by name.
fn records(store: &Store) -> Result<Vec<(Record, Provenance)>> {
    let order: Vec<String> = paper()?.into_iter().map(|declaration| declaration.id).collect();
    let place = |id: &String| order.iter().position(|known| known == id).unwrap_or(order.len());
    let mut ids = store.ids()?;
    ids.sort_by_key(|id| (place(id), id.clone()));
    ids.iter().map(|id| Ok(store.read(id)?)).collect()
}
