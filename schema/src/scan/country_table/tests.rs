use super::*;

fn shipped() -> CountryTable {
    CountryTable::shipped().unwrap()
}

fn country(table: &CountryTable, address: &str) -> String {
    table.country(address.parse().unwrap()).to_string()
}

#[test]
fn well_known_addresses_are_where_they_are_known_to_be() {
    let table = shipped();
    let cases = [("8.8.8.8", "US")];
    for (address, code) in cases {
        assert_eq!(country(&table, address), code, "{address}");
    }
}
