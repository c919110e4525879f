//! The report as one HTML file: style and pictures inside, nothing fetched, nothing executed.

use std::fmt::Write as _;

use super::excerpt::Excerpt;
use super::markdown::anchor;
use super::verdict::{Verdict, summary};
use super::{Entry, INTRODUCTION, TITLE, entry_of, measured, origin, paragraphs};
use crate::record::Claim;

const STYLE: &str = include_str!("report.css");
const CLAIMS_TITLE: &str = "What the paper says and what we measured";

/// Writes the report.
pub(super) fn write(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    let title = escape(TITLE);
    let sections: String = entries.iter().map(section).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n{}</header>\n{}<main>\n{}{sections}</main>\n</body>\n</html>\n",
        prose(INTRODUCTION),
        contents(entries),
        claims_section(claims, entries),
    )
}

fn contents(entries: &[Entry<'_>]) -> String {
    let line = |id: &str, title: &str| format!("<li><a href=\"#{id}\">{title}</a></li>\n");
    let mut lines = line("claims", CLAIMS_TITLE);
    for entry in entries {
        lines.push_str(&line(&anchor(&entry.record.id), &escape(&entry.record.title)));
    }
    format!("<nav aria-label=\"Contents\">\n<h2>Contents</h2>\n<ul>\n{lines}</ul>\n</nav>\n")
}

fn claims_section(claims: &[Claim], entries: &[Entry<'_>]) -> String {
    let mut text = format!(
        "<section id=\"claims\">\n<h2>{CLAIMS_TITLE}</h2>\n<p>{}</p>\n",
        escape(&summary(claims))
    );
    if !claims.is_empty() {
        text.push_str("<table class=\"claims\">\n<thead><tr>");
        for head in ["Where", "Claim", "The paper", "Measured here", "Verdict", "Time"] {
            let _infallible = write!(text, "<th scope=\"col\">{head}</th>");
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        text.extend(claims.iter().map(|claim| claim_row(claim, entries)));
        text.push_str(
            "</tbody>\n</table>\n<p class=\"note\">± is half the width of the 95 % confidence \
             interval over seeds.</p>\n",
        );
    }
    text.push_str("</section>\n");
    text
}

fn claim_row(claim: &Claim, entries: &[Entry<'_>]) -> String {
    let id = escape(&claim.id);
    let id = match entry_of(claim, entries) {
        Some(entry) => format!("<a href=\"#{}\">{id}</a>", anchor(&entry.record.id)),
        None => id,
    };
    let verdict = Verdict::of(claim);
    format!(
        "<tr><td data-head=\"Where\">{id}</td><td data-head=\"Claim\">{}</td>\
         <td data-head=\"The paper\">{}</td>\
         <td data-head=\"Measured here\"><b>{}</b><br><small>{}</small></td>\
         <td data-head=\"Verdict\"><span class=\"{}\">{} {}</span></td>\
         <td data-head=\"Time\" class=\"number\">{}</td></tr>\n",
        escape(&claim.claim),
        escape(&claim.paper),
        escape(&measured::number(claim)),
        escape(&claim.quantity),
        verdict.words().replace(' ', "-"),
        verdict.sign(),
        verdict.words(),
        escape(&measured::duration(claim.seconds)),
    )
}

fn section(entry: &Entry<'_>) -> String {
    let record = entry.record;
    let id = anchor(&record.id);
    let mut text = format!(
        "<section id=\"{id}\">\n<h2>{}</h2>\n{}\
         <figure aria-labelledby=\"{id}-caption\">\n<div class=\"sheet\" tabindex=\"0\">\n{}</div>\n\
         <figcaption id=\"{id}-caption\">{}</figcaption>\n</figure>\n",
        escape(&record.title),
        prose(&record.why),
        entry.drawing.svg(),
        escape(entry.drawing.caption()),
    );
    for table in &record.tables {
        text.push_str(&table_of(&Excerpt::of(table, &record.id)));
    }
    text.push_str("<div class=\"provenance\">\n<h3>Where these numbers come from</h3>\n<ul>\n");
    for line in origin(entry.provenance) {
        let _infallible = writeln!(text, "<li>{}</li>", escape(&line));
    }
    text.push_str("</ul>\n</div>\n</section>\n");
    text
}

fn table_of(excerpt: &Excerpt) -> String {
    let note = escape(&excerpt.note);
    if excerpt.rows.is_empty() {
        return format!("<p class=\"note\">{note}</p>\n");
    }
    let class = |is_number: bool| if is_number { " class=\"number\"" } else { "" };
    let mut text = format!(
        "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<caption>{note}</caption>\n<thead><tr>"
    );
    for head in &excerpt.heads {
        let (class, name) = (class(head.is_number), escape(&head.text));
        let _infallible = write!(text, "<th scope=\"col\"{class}>{name}</th>");
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for row in &excerpt.rows {
        text.push_str("<tr>");
        for (cell, head) in row.iter().zip(&excerpt.heads) {
            let _infallible = write!(text, "<td{}>{}</td>", class(head.is_number), escape(cell));
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>\n</div>\n");
    text
}

fn prose(text: &str) -> String {
    let paragraph = |paragraph: &String| format!("<p>{}</p>\n", escape(paragraph));
    paragraphs(text).iter().map(paragraph).collect()
}

/// Text that cannot be taken for markup, in elements and in attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
