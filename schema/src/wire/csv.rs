//! Tables as CSV (RFC 4180) that a spreadsheet does not take for formulas.

/// For whom a table is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvStyle {
    /// For programs: commas, no byte order mark, ids as they are.
    #[default]
    Plain,
    /// For people who open it with Excel: a byte order mark, without which it takes UTF-8 for an older encoding;
    /// semicolons, which it wants where commas are decimal points; ids as `="..."`, so that `12E34567` stays text.
    Excel,
}

impl CsvStyle {
    /// The style that the parameter `csv` asks for.
    ///
    /// # Errors
    /// What the value must be.
    pub fn parse(value: &str) -> Result<Self, String> {
        if value == "excel" { Ok(Self::Excel) } else { Err("may only be excel".to_owned()) }
    }

    const fn separator(self) -> char {
        match self {
            Self::Plain => ',',
            Self::Excel => ';',
        }
    }

    /// The characters at which another program may part a cell although it is quoted: the separator of other countries,
    /// and the ends of lines. A quotation mark does not hold them together where the program takes another separator
    /// than ours, because the mark then stands in the middle of its cell.
    const fn partings(self) -> &'static [char] {
        match self {
            Self::Plain => &[';', '\t', '\r', '\n'],
            Self::Excel => &[',', '\t', '\r', '\n'],
        }
    }
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvCell<'text> {
    /// Text or a number.
    Text(&'text str),
    /// A text of which no program may make a number: an id, a short code.
    Id(&'text str),
}

/// With these a formula begins; the wide ones are what input methods of East Asia write. Some programs skip a tab or
/// the end of a line before them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The byte order mark, as which UTF-8 is known.
const MARK: char = '\u{feff}';

/// A table in the making.
///
/// A cell that begins with `=`, `+`, `-` or `@` (also where a program might part it) gets an apostrophe before that:
/// spreadsheets then show it as text.
#[derive(Clone, Debug, Default)]
pub struct CsvTable {
    style: CsvStyle,
    text: String,
}

impl CsvTable {
    /// A table without rows.
    pub fn new(style: CsvStyle) -> Self {
        match style {
            CsvStyle::Plain => Self { style, text: String::new() },
            CsvStyle::Excel => Self::with_mark(style),
        }
    }

    /// A table without rows that begins with a byte order mark, whatever its style: for files that people open.
    pub fn with_mark(style: CsvStyle) -> Self {
        Self { style, text: String::from(MARK) }
    }

    /// Appends a row of texts.
    pub fn push<'text>(&mut self, cells: impl IntoIterator<Item = &'text str>) {
        self.push_cells(cells.into_iter().map(CsvCell::Text));
    }

    /// Appends a row.
    pub fn push_cells<'text>(&mut self, cells: impl IntoIterator<Item = CsvCell<'text>>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(self.style.separator());
            }
            self.push_cell(cell);
        }
        self.text.push_str("\r\n");
    }

    fn push_cell(&mut self, cell: CsvCell<'_>) {
        match cell {
            CsvCell::Id(id) if self.style == CsvStyle::Excel && !id.is_empty() => {
                let literal = format!("=\"{}\"", defused(id, self.style).replace('"', "\"\""));
                self.push_quoted(&literal);
            }
            CsvCell::Id(text) | CsvCell::Text(text) => {
                let defused = defused(text, self.style);
                if defused.contains([',', ';', '"', '\t', '\r', '\n']) || defused != text {
                    self.push_quoted(&defused);
                } else {
                    self.text.push_str(text);
                }
            }
        }
    }

    fn push_quoted(&mut self, cell: &str) {
        self.text.push('"');
        self.text.push_str(&cell.replace('"', "\"\""));
        self.text.push('"');
    }

    /// The whole table.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// `text` with an apostrophe before whatever would begin a formula: at its start, and where a program may part it.
fn defused(text: &str, style: CsvStyle) -> String {
    let mut defused = String::with_capacity(text.len() + 1);
    // Whether only blanks came since the start, or since a place where a program may part.
    let mut is_start = true;
    for character in text.chars() {
        let parts = style.partings().contains(&character);
        if is_start && FORMULA.contains(&character) && (!parts || defused.is_empty()) {
            defused.push('\'');
        }
        is_start = parts || is_start && matches!(character, ' ' | '"');
        defused.push(character);
    }
    defused
}

#[cfg(test)]
mod tests;
