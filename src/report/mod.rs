//! Floor 7: records and figures as a page.

mod digits;
mod excerpt;
mod html;
mod markdown;
mod measured;
mod verdict;

use crate::figure::Drawing;
use crate::record::{Claim, Provenance, Record};

const TITLE: &str = "Half-wave Gaussian quantization, measured again";
const INTRODUCTION: &str = "\
What “Deep Learning with Low Precision by Half-Wave Gaussian Quantization” (Cai, He, Sun, \
Vasconcelos, CVPR 2017) says, beside what this program measured. The paper trains large nets on \
ImageNet; the experiments below train small nets on the data named under each of them, so what is \
compared is the order of methods and not their absolute accuracy.

Results of the paper marked “recalled” were not checked against its text.";

/// One experiment of a report.
#[derive(Debug)]
pub struct Entry<'a> {
    /// What it left.
    pub record: &'a Record,
    /// Where the numbers come from.
    pub provenance: &'a Provenance,
    /// Its figure.
    pub drawing: Drawing,
}

/// The report as Markdown; it links the figures as `figures/<id>.png` and names the CSV files as
/// `records/<id>/<table>.csv`, both beside it.
pub fn markdown(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    markdown::write(claims, entries)
}

/// The report as one HTML file that needs nothing else: no script, no font, no network.
pub fn html(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    html::write(claims, entries)
}

/// The experiment that a claim was judged by.
fn entry_of<'a, 'b>(claim: &Claim, entries: &'a [Entry<'b>]) -> Option<&'a Entry<'b>> {
    entries.iter().find(|entry| entry.record.id == claim.record)
}

/// The facts of a provenance, a line each.
fn origin(provenance: &Provenance) -> Vec<String> {
    let mut lines = Vec::new();
    if !provenance.data.is_empty() {
        lines.push(format!("data: {}", provenance.data));
    }
    lines.push(format!("first seed {}", provenance.seed));
    let Provenance { hwgq_version, target, instruction_set, threads, .. } = provenance;
    let threads = if *threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
    lines.push(format!("hwgq {hwgq_version} on {target}, {instruction_set}, {threads}"));
    let seconds = measured::duration(provenance.seconds);
    lines.push(format!("begun {}, took {seconds}", provenance.started));
    lines.push(format!("specification SHA-256 {}", provenance.spec_sha256));
    lines
}

/// The paragraphs of a text: blank lines separate them, line breaks inside do not matter.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            paragraphs.push(String::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}
