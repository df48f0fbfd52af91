//! What stands in an archive: the names of its files, and `manifest.csv`.

use ezqr_render::archive::FileNames;
use ezqr_schema::wire::{CsvCell, CsvTable};
use ezqr_schema::{Code, ExternalId, LinkBase, Name, Problem, TargetUrl};

use super::super::Edge;
use super::ArchiveOptions;
use crate::problem::Fault;

/// The first row. Columns are only ever added, at the end.
const COLUMNS: [&str; 12] = [
    "index",
    "status",
    "file",
    "id",
    "name",
    "external_id",
    "short_code",
    "short_link",
    "target_url",
    "problem",
    "detail",
    "size_mm",
];

/// The manifest, and the names of the images in the order of `minted`; `sides` are their printed sides in millimetres,
/// where they tell one. People open the file: it begins with a byte order mark in either style.
pub(super) async fn write(
    edge: &Edge,
    options: ArchiveOptions,
    minted: &[Code],
    sides: Vec<Option<f64>>,
    problems: &[Option<Problem>],
) -> Result<(String, Vec<String>), Fault> {
    let mut table = CsvTable::with_mark(options.csv);
    table.push(COLUMNS);
    let (mut names, mut given) = (FileNames::default(), Vec::with_capacity(minted.len()));
    let mut minted = minted.iter().zip(sides);
    for (index, problem) in problems.iter().enumerate() {
        let index = index.to_string();
        if let Some(problem) = problem {
            push_failed(&mut table, &index, problem);
            continue;
        }
        let (code, side) = minted.next().ok_or_else(Fault::unexplained)?;
        let link_base = edge.handles.reader.link_base(code).await?;
        let short_code = edge.handles.reader.short_code(code.sequence).to_string();
        let file = names.give(&wanted_name(code, &short_code), options.format.extension());
        let side = side.map(|side| side.to_string()).unwrap_or_default();
        push_minted(&mut table, [&index, &file, &side], code, &short_code, &link_base);
        given.push(file);
    }
    Ok((table.into_text(), given))
}

/// What the file of `code` is best called: its external id, else its name, else its short code, else its id;
/// the first of them that has a letter or digit, and from there on. So no name looks like an option
/// to a shell, or like a formula in the manifest, where it must stand as it is.
fn wanted_name(code: &Code, short_code: &str) -> String {
    let external_id = code.external_id.as_ref().map(ExternalId::as_str);
    let name = code.name.as_ref().map(Name::as_str);
    let short_code = code.is_dynamic().then_some(short_code);
    let from_first = |text: &'_ str| text.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut wanted = [external_id, name, short_code].into_iter().flatten().map(from_first);
    wanted.find(|text| !text.is_empty()).unwrap_or_else(|| code.id.to_string())
}

fn push_minted(
    table: &mut CsvTable,
    [index, file, side]: [&str; 3],
    code: &Code,
    short_code: &str,
    link_base: &LinkBase,
) {
    let (id, link) = (code.id.to_string(), link_base.link_for(short_code));
    let (short_code, link) = if code.is_dynamic() { (short_code, link.as_str()) } else { ("", "") };
    table.push_cells([
        CsvCell::Text(index),
        CsvCell::Text("201"),
        CsvCell::Text(file),
        CsvCell::Id(&id),
        CsvCell::Text(code.name.as_ref().map_or("", Name::as_str)),
        CsvCell::Id(code.external_id.as_ref().map_or("", ExternalId::as_str)),
        CsvCell::Id(short_code),
        CsvCell::Text(link),
        CsvCell::Text(code.target_url.as_ref().map_or("", TargetUrl::as_str)),
        CsvCell::Text(""),
        CsvCell::Text(""),
        CsvCell::Text(side),
    ]);
}

/// All faults in one cell: the JSON answer's list of them has no place in a table.
fn push_failed(table: &mut CsvTable, index: &str, problem: &Problem) {
    let faults: Vec<String> =
        problem.errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
    let detail = if faults.is_empty() { problem.detail.clone() } else { faults.join("; ") };
    let status = problem.status.to_string();
    table.push([index, &status, "", "", "", "", "", "", "", problem.code, &detail, ""]);
}
