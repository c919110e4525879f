//! What a report promises: everything told, everything escaped, nothing fetched.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its record has failed")]

#[path = "support/synthetic_records.rs"]
mod synthetic_records;

use std::time::UNIX_EPOCH;

use hwgq::figure;
use hwgq::record::{Claim, Provenance, Record, Table};
use hwgq::report::{self, Entry};
use proptest::prelude::*;
use resvg::usvg::roxmltree;
use synthetic_records::{number, text};

fn provenance() -> Provenance {
    Provenance::new(b"kind = \"levels\"", 7, "digits, 5 × 1000 images", 2, UNIX_EPOCH, 83.2)
}

fn claim(id: &str, held: bool, decided: bool) -> Claim {
    Claim {
        id: id.to_owned(),
        record: id.to_lowercase().replace(' ', "-"),
        claim: "2-bit HWGQ is more accurate than sign".to_owned(),
        paper: "HWGQ above sign by a wide margin on every net (recalled)".to_owned(),
        ours: if held { 4.207 } else { -0.313 },
        unit: "points".to_owned(),
        quantity: "mlp: BW + HWGQ minus BW + sign".to_owned(),
        spread: Some(0.312),
        held,
        decided,
        seconds: 83.2,
    }
}

fn claims() -> Vec<Claim> {
    vec![
        claim("Table 4", true, true),
        claim("Figure 5", false, true),
        claim("Figure 1", false, false),
        Claim {
            ours: 0.538_811_923_4,
            unit: String::new(),
            spread: None,
            quantity: "uniform, t₁ = 0, m = 3".to_owned(),
            ..claim("Section 4.2", true, true)
        },
    ]
}

/// Both reports on `records`.
fn both(claims: &[Claim], records: &[Record]) -> (String, String) {
    let provenance = provenance();
    let entries: Vec<Entry<'_>> = records
        .iter()
        .map(|record| {
            let drawing = figure::draw(record).unwrap();
            Entry { record, provenance: &provenance, drawing }
        })
        .collect();
    (report::markdown(claims, &entries), report::html(claims, &entries))
}

/// The page as a tree: our HTML is well-formed XML but for its first line and its two void tags.
fn parsed(html: &str) -> String {
    let body = html.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let closed: Vec<String> =
        body.lines()
            .map(|line| {
                if line.starts_with("<meta ") {
                    line.replace("\">", "\"/>")
                } else {
                    line.to_owned()
                }
            })
            .collect();
    closed.join("\n").replace("<br>", "<br/>")
}

#[test]
fn both_reports_tell_every_claim_figure_table_and_origin() {
    let records = synthetic_records::all();
    let (markdown, html) = both(&claims(), &records);
    for page in [&markdown, &html] {
        assert!(page.contains("Of 4 claims, 2 held and 1 did not; 1 stayed undecided"));
        assert!(page.contains("4.21 ± 0.31 points"), "a number has the digits of its spread");
        assert!(page.contains("−0.31 ± 0.31 points"));
        assert!(page.contains("0.53881"));
        for verdict in ["✓ held", "✗ not held", "? undecided"] {
            assert!(page.contains(verdict), "{verdict}");
        }
        assert_eq!(page.matches("(recalled)").count(), 4, "what is recalled stays marked");
        for record in &records {
            assert!(page.contains(&record.title), "{}", record.id);
            for table in &record.tables {
                let file = format!("records/{}/{}.csv", record.id, table.name());
                assert!(page.replace('\\', "").contains(&file), "{file}");
            }
        }
        assert!(page.contains("1970-01-01T00:00:00Z, took 83 s"));
        assert!(page.contains("first seed 7"));
    }
    for record in &records {
        assert!(markdown.contains(&format!("(figures/{}.png)", record.id)));
        assert!(html.contains(&format!("<section id=\"{}\">", record.id)));
        assert!(html.contains(&format!("<a href=\"#{}\">", record.id)), "the contents lead there");
    }
    assert_eq!(html.matches("<svg ").count(), records.len());
}

#[test]
fn a_claim_leads_to_its_experiment() {
    let (markdown, html) = both(&claims(), &synthetic_records::all());
    assert!(markdown.contains("| [Table 4](#table-4) |"));
    assert!(html.contains("<a href=\"#table-4\">Table 4</a></td>"));
    // No record is called so.
    let (markdown, _) = both(&[claim("Figure", true, true)], &synthetic_records::all());
    assert!(markdown.contains("\n| Figure |"));
}

#[test]
fn the_page_is_well_formed_and_fetches_and_runs_nothing() {
    let (_, html) = both(&claims(), &synthetic_records::all());
    let text = parsed(&html);
    let page = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(page.root_element().attribute("lang"), Some("en"));
    let mut identifiers = Vec::new();
    for node in page.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(
            !["script", "link", "img", "iframe", "object", "image"].contains(&name),
            "<{name}>"
        );
        identifiers.extend(node.attribute("id"));
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on") && name != "src", "{name} could run or fetch");
            assert!(name != "href" || value.starts_with('#'), "{value} leaves the page");
        }
    }
    let count = identifiers.len();
    identifiers.sort_unstable();
    identifiers.dedup();
    assert_eq!(identifiers.len(), count, "identifiers are unique");
    for node in page.descendants().filter(|node| node.has_tag_name("a")) {
        let target = node.attribute("href").unwrap().trim_start_matches('#');
        assert!(identifiers.contains(&target), "#{target} leads nowhere");
    }
    for needs_the_network in ["@import", "url(", "@font-face"] {
        assert!(!html.contains(needs_the_network), "{needs_the_network}");
    }
    let addresses = html.matches("http").count();
    assert_eq!(addresses, html.matches("http://www.w3.org/2000/svg").count());
}

#[test]
fn long_tables_are_cut_and_say_so() {
    let record = synthetic_records::curves();
    let rows = record.tables[0].rows();
    let (markdown, html) = both(&[], &[record]);
    let note = format!("the first 8 of {rows} rows");
    assert!(markdown.contains(&note) && html.contains(&note));
    // Claims have no table when there are none; heads and rule take two lines.
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 8 + 2);
    let (markdown, _) = both(&[], &[synthetic_records::accuracy()]);
    assert!(markdown.contains("Table summary; every digit is in records/table-4/summary.csv."));
}

#[test]
fn a_report_on_nothing_is_still_a_report() {
    let (markdown, html) = both(&[], &[]);
    assert!(markdown.contains("No claim was tested.") && html.contains("No claim was tested."));
    roxmltree::Document::parse(&parsed(&html)).unwrap();
}

/// A record all of whose words are `word`.
fn worded(word: &str) -> Record {
    let table = Table::new(
        "levels",
        vec![
            text("design", [word]),
            number("positive_levels", "", [1.0]),
            number("level", "", [1.0]),
            number("ours", word, [0.797_9]),
            number("published", "", [f64::NAN]),
        ],
    );
    Record {
        id: "levels".to_owned(),
        kind: "levels".to_owned(),
        title: word.to_owned(),
        why: word.to_owned(),
        tables: vec![table.unwrap()],
    }
}

#[test]
fn words_are_never_taken_for_markup() {
    let word = "<script>alert('1')</script> & \"x\" | *a* _b_ `c` [d](http://e) # f";
    let word_claim = Claim {
        claim: word.to_owned(),
        paper: word.to_owned(),
        quantity: word.to_owned(),
        unit: word.to_owned(),
        ..claim(word, true, true)
    };
    let (markdown, html) = both(&[word_claim], &[worded(word)]);
    assert!(!html.contains("<script"));
    assert!(!markdown.replace("\\<", "").contains("<script"));
    assert!(
        html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot; | *a*")
    );
    assert!(markdown.contains(r"\& "));
    assert!(markdown.contains(r"\| \*a\* \_b\_ \`c\` \[d\](http://e) # f"));
    roxmltree::Document::parse(&parsed(&html)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn any_words_leave_the_pages_in_shape(word in "\\PC{0,40}") {
        let (markdown, html) = both(&[claim(&word, true, true)], &[worded(&word)]);
        roxmltree::Document::parse(&parsed(&html)).unwrap();
        // Unescaped bars part the cells: six in a claim and five in a level.
        for line in markdown.lines().filter(|line| line.starts_with('|')) {
            let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert!(bars == 7 || bars == 6, "{line}");
        }
    }
}
