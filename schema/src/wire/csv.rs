//! Rows of CSV (RFC 4180) that a spreadsheet does not take for formulas.

/// Appends a row. A cell that begins with `=`, `+`, `-` or `@`, or with a tab or carriage return, which some
/// programs skip, is quoted and begins with an apostrophe: spreadsheets then show it as text.
pub fn push_csv_row<'cell>(text: &mut String, cells: impl IntoIterator<Item = &'cell str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if !is_formula && !cell.contains([',', '"', '\r', '\n']) {
            text.push_str(cell);
            continue;
        }
        text.push('"');
        if is_formula {
            text.push('\'');
        }
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::push_csv_row;

    #[test]
    fn formulas_and_separators_are_quoted() {
        let mut text = String::new();
        push_csv_row(&mut text, ["plain", "a,b", "say \"hi\"", "=1+1", "+1", "-1", "@x", "two\nlines", ""]);
        assert_eq!(
            text,
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"two\nlines\",\r\n"
        );
    }
}
