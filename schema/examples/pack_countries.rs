//! Packs the table of countries: `pack_countries IPV4.csv IPV6.csv OUTPUT`. The crate's README tells when and how.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use ezqr_schema::scan::{CountryRanges, CountryTable};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [v4, v6, output] = paths.as_slice() else {
        return Err("usage: pack_countries IPV4.csv IPV6.csv OUTPUT".into());
    };
    let ranges = CountryRanges::parse(&fs::read_to_string(v4)?, &fs::read_to_string(v6)?)?;
    let packed = ranges.pack();
    CountryTable::unpack(&packed)?;
    fs::write(output, packed)?;
    Ok(())
}
