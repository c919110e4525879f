//! The report as Markdown, for repositories and terminals.

use std::fmt::Write as _;

use super::excerpt::Excerpt;
use super::verdict::{Verdict, summary};
use super::{Entry, INTRODUCTION, TITLE, entry_of, measured, origin, paragraphs};
use crate::record::Claim;

/// Writes the report.
pub(super) fn write(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    let mut page = format!("# {}\n\n", inline(TITLE));
    for paragraph in paragraphs(INTRODUCTION) {
        push(&mut page, &block(&paragraph));
    }
    page.push_str("## What the paper says and what we measured\n\n");
    push(&mut page, &block(&summary(claims)));
    if !claims.is_empty() {
        page.push_str(&claims_table(claims, entries));
    }
    for entry in entries {
        page.push_str(&section(entry));
    }
    // Exactly one line break ends the file.
    format!("{}\n", page.trim_end())
}

fn claims_table(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    let mut text = String::from("| Where | Claim | The paper | Measured here | Verdict | Time |\n");
    text.push_str("|---|---|---|---|---|---:|\n");
    for claim in claims {
        let id = inline(&claim.id);
        let id = match entry_of(claim, entries) {
            Some(entry) => format!("[{id}](#{})", anchor(&entry.record.id)),
            None => id,
        };
        let quantity = if claim.quantity.is_empty() {
            String::new()
        } else {
            format!("{}: ", inline(&claim.quantity))
        };
        let verdict = Verdict::of(claim);
        let _infallible = writeln!(
            text,
            "| {id} | {} | {} | {quantity}{} | {} {} | {} |",
            inline(&claim.claim),
            inline(&claim.paper),
            inline(&measured::number(claim)),
            verdict.sign(),
            verdict.words(),
            inline(&measured::duration(claim.seconds)),
        );
    }
    text.push_str("\n± is half the width of the 95 % confidence interval over seeds, on one set of test images. Some comparisons stand under several figures and tables; they are one finding each.\n\n");
    text
}

fn section(entry: &Entry<'_>) -> String {
    let record = entry.record;
    let id = anchor(&record.id);
    let mut text = format!("<a id=\"{id}\"></a>\n\n## {}\n\n", inline(&record.title));
    for paragraph in paragraphs(&record.why) {
        push(&mut text, &block(&paragraph));
    }
    push(&mut text, &format!("![{}](figures/{}.png)", inline(&record.title), address(&record.id)));
    push(&mut text, &format!("*{}*", inline(entry.drawing.caption())));
    for table in &record.tables {
        let excerpt = Excerpt::of(table, &record.id);
        push(&mut text, &block(&excerpt.note));
        if !excerpt.rows.is_empty() {
            push(&mut text, &table_of(&excerpt));
        }
    }
    text.push_str("Where these numbers come from:\n\n");
    for line in origin(entry.provenance) {
        let _infallible = writeln!(text, "- {}", block(&line));
    }
    text.push('\n');
    text
}

fn table_of(excerpt: &Excerpt) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let heads = excerpt.heads.iter().map(|head| inline(&head.text)).collect();
    let aligned = |is_number: bool| if is_number { "---:" } else { "---" }.to_owned();
    let rule = excerpt.heads.iter().map(|head| aligned(head.is_number)).collect();
    let mut lines = vec![line(heads), line(rule)];
    lines
        .extend(excerpt.rows.iter().map(|row| line(row.iter().map(|cell| inline(cell)).collect())));
    lines.join("\n")
}

fn push(page: &mut String, paragraph: &str) {
    page.push_str(paragraph);
    page.push_str("\n\n");
}

/// Text that cannot be taken for markup, on one line.
fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$')
        {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Inline text at the start of a line, where a few more letters mean something.
fn block(text: &str) -> String {
    let escaped = inline(text);
    let digits = escaped.chars().take_while(char::is_ascii_digit).count();
    let numbered = digits > 0 && escaped[digits..].starts_with(['.', ')']);
    match escaped.chars().next() {
        Some('#' | '+' | '-' | '=') => format!("\\{escaped}"),
        _ if numbered => format!("{}\\{}", &escaped[..digits], &escaped[digits..]),
        _ => escaped,
    }
}

/// A file name as part of an address.
fn address(name: &str) -> String {
    let mut address = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _infallible = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// An identifier that is safe in an attribute and in an address.
pub(super) fn anchor(id: &str) -> String {
    let safe = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    id.chars().map(safe).collect()
}
