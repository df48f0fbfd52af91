//! Which country an address is used in.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ezqr_schema::scan::{Country, CountryTable, InvalidCountryTable};
use maxminddb::{LookupResult, MaxMindDbError, PathElement, Reader, WithinOptions};

/// How many records of a database are looked at for one that names a country.
const RECORDS_TRIED: usize = 10_000;

/// Where a record names its country, the better first: nested, as most country and city databases do, and as flat
/// databases do.
const FIELDS: [&[PathElement<'static>]; 4] = [
    &[PathElement::Key("country"), PathElement::Key("iso_code")],
    &[PathElement::Key("registered_country"), PathElement::Key("iso_code")],
    &[PathElement::Key("country_code")],
    &[PathElement::Key("country")],
];

/// Knows the country of an address. Clones share what it knows.
#[derive(Clone, Debug)]
pub enum Countries {
    /// By the table that comes with the program: about 3 MB, 0.03 µs a look-up.
    Shipped(Arc<CountryTable>),
    /// By a database the operator named, in the format `MaxMind DB` 2.0. It lies in memory whole.
    Database(Arc<Reader<Vec<u8>>>),
}

/// Why countries cannot be known.
#[derive(Debug, thiserror::Error)]
pub enum CountriesError {
    /// The table of the program is damaged.
    #[error("the table of countries that comes with the program {0}")]
    Shipped(#[from] InvalidCountryTable),
    /// A file cannot be read, or is no database.
    #[error("cannot read the database of countries {}: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: MaxMindDbError,
    },
    /// A database tells no countries: one of providers, for example.
    #[error(
        "the database {} names no country in its first {RECORDS_TRIED} records (looked for country.iso_code, \
         registered_country.iso_code, country_code, country)",
        .path.display()
    )]
    NoCountry {
        /// The file.
        path: PathBuf,
    },
}

impl Countries {
    /// By the shipped table. It takes some 50 ms: not for a worker.
    pub fn shipped() -> Result<Self, CountriesError> {
        Ok(Self::Shipped(Arc::new(CountryTable::shipped()?)))
    }

    /// By the database in a file. It reads the file whole: not for a worker.
    pub fn open(path: &Path) -> Result<Self, CountriesError> {
        let unreadable = |cause| CountriesError::Unreadable { path: path.to_owned(), cause };
        let database = Reader::open_readfile(path).map_err(unreadable)?;
        if !tells_countries(&database).map_err(unreadable)? {
            return Err(CountriesError::NoCountry { path: path.to_owned() });
        }
        Ok(Self::Database(Arc::new(database)))
    }

    /// Where `address` is used; [`Country::UNKNOWN`] where nobody knows.
    pub fn country(&self, address: IpAddr) -> Country {
        match self {
            Self::Shipped(table) => table.country(address),
            Self::Database(database) => country_in(database, address).unwrap_or(Country::UNKNOWN),
        }
    }
}

fn country_in(database: &Reader<Vec<u8>>, address: IpAddr) -> Option<Country> {
    country_of(&database.lookup(address.to_canonical()).ok()?)
}

fn country_of(record: &LookupResult<'_, Vec<u8>>) -> Option<Country> {
    FIELDS.iter().find_map(|field| Country::parse(record.decode_path(field).ok()??).ok())
}

/// Whether one of the first records names a country.
fn tells_countries(database: &Reader<Vec<u8>>) -> Result<bool, MaxMindDbError> {
    for record in database.networks(WithinOptions::default())?.take(RECORDS_TRIED) {
        if country_of(&record?).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
