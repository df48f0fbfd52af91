use proptest::prelude::*;

use super::*;

fn row(style: CsvStyle, cells: &[CsvCell<'_>]) -> String {
    let mut table = CsvTable { style, text: String::new() };
    table.push_cells(cells.iter().copied());
    table.into_text()
}

fn plain(cells: &[&str]) -> String {
    let mut table = CsvTable::new(CsvStyle::Plain);
    table.push(cells.iter().copied());
    table.into_text()
}

#[test]
fn formulas_and_separators_are_quoted() {
    assert_eq!(
        plain(&["plain", "a,b", "say \"hi\"", "=1+1", "+1", "-1", "@x", "two\nlines", ""]),
        "plain,\"a,b\",\"say \"\"hi\"\"\",\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"two\nlines\",\r\n"
    );
}

#[test]
fn what_begins_with_a_character_that_programs_skip_is_text_too() {
    for (cell, expected) in [
        ("\t=1+1", "\"'\t'=1+1\"\r\n"),
        ("\r=1+1", "\"'\r'=1+1\"\r\n"),
        ("\n=1+1", "\"'\n'=1+1\"\r\n"),
        ("\tplain", "\"'\tplain\"\r\n"),
        ("\rplain", "\"'\rplain\"\r\n"),
        ("＝1", "\"'＝1\"\r\n"),
        ("＠SUM", "\"'＠SUM\"\r\n"),
    ] {
        assert_eq!(plain(&[cell]), expected, "{cell:?}");
    }
}

#[test]
fn where_another_separator_would_part_a_cell_no_formula_begins() {
    for (cell, expected) in [
        ("a;=1+1;b", "\"a;'=1+1;b\"\r\n"),
        ("a; -1", "\"a; '-1\"\r\n"),
        ("a;\"=1+1\"", "\"a;\"\"'=1+1\"\"\"\r\n"),
        ("a\t@x", "\"a\t'@x\"\r\n"),
        ("a\n+1", "\"a\n'+1\"\r\n"),
        ("a;b=1", "\"a;b=1\"\r\n"),
        // A comma is our own separator, at which nobody parts what is quoted.
        ("a,=1", "\"a,=1\"\r\n"),
    ] {
        assert_eq!(plain(&[cell]), expected, "{cell:?}");
    }
    assert_eq!(row(CsvStyle::Excel, &[CsvCell::Text("a,=1")]), "\"a,'=1\"\r\n");
    assert_eq!(row(CsvStyle::Excel, &[CsvCell::Text("a;=1")]), "\"a;=1\"\r\n");
}

#[test]
fn ids_stay_text_in_a_spreadsheet() {
    let id = |text| row(CsvStyle::Excel, &[CsvCell::Text("1"), CsvCell::Id(text)]);
    assert_eq!(id("12E34567"), "1;\"=\"\"12E34567\"\"\"\r\n");
    assert_eq!(id(""), "1;\r\n");
    // What somebody wrote as an id ends the text of the formula at no place.
    let quotes = "\"".repeat(6);
    assert_eq!(id("\"&A1&\""), format!("1;\"={quotes}&A1&{quotes}\"\r\n"));
    assert_eq!(id("=1"), "1;\"=\"\"'=1\"\"\"\r\n");
    assert_eq!(row(CsvStyle::Plain, &[CsvCell::Id("12E34567"), CsvCell::Id("=1")]), "12E34567,\"'=1\"\r\n");
}

#[test]
fn only_files_for_people_begin_with_a_mark() {
    let text = |table: CsvTable| table.into_text();
    assert_eq!(text(CsvTable::new(CsvStyle::Plain)), "");
    assert_eq!(text(CsvTable::new(CsvStyle::Excel)), "\u{feff}");
    assert_eq!(text(CsvTable::with_mark(CsvStyle::Plain)), "\u{feff}");
}

/// The cells of one row as a program reads them that parts at `separator`: a cell is quoted when a quotation mark is its
/// first character.
fn read_with(text: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut is_quoted, mut is_new) = (false, true);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut().unwrap();
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if is_new => is_quoted = true,
            _ if !is_quoted && (character == separator || matches!(character, '\r' | '\n')) => {
                cells.push(String::new());
                is_new = true;
                continue;
            }
            _ => cell.push(character),
        }
        is_new = false;
    }
    cells
}

proptest! {
    #[test]
    fn no_program_finds_a_formula(cells in prop::collection::vec("[-=+@;,\"\t\r\n a1]{0,8}", 1..4)) {
        for (style, own) in [(CsvStyle::Plain, ','), (CsvStyle::Excel, ';')] {
            let texts: Vec<_> = cells.iter().map(|cell| CsvCell::Text(cell)).collect();
            let row = row(style, &texts);
            for separator in [',', ';', '\t'] {
                for cell in read_with(&row, separator) {
                    let shown = cell.trim_start_matches([' ', '"', '\t', '\r', '\n']);
                    prop_assert!(!shown.starts_with(['=', '+', '-', '@']), "{cell:?} of {row:?}");
                }
            }
            // A program that parts where we do finds the cells as they were, but for the apostrophes.
            let read = read_with(row.strip_suffix("\r\n").unwrap(), own);
            prop_assert_eq!(read.len(), cells.len());
            for (read, cell) in read.iter().zip(&cells) {
                prop_assert_eq!(read.replace('\'', ""), cell.clone());
            }
        }
    }
}
