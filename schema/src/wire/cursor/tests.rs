use proptest::prelude::*;

use super::*;
use crate::{AccountId, Environment};

fn cursors(byte: u8) -> Cursors {
    Cursors::new(&InstallationSecret::from_bytes([byte; 32]))
}

fn owner(account: u8, environment: &str) -> Owner {
    Owner {
        account: AccountId::from_random([account; 16]),
        environment: Environment::parse(environment).unwrap(),
    }
}

fn position(opened_at: i64, sequence: u64) -> ListPosition {
    ListPosition::new(Timestamp::from_millis(opened_at).unwrap(), Sequence::new(sequence).unwrap())
}

/// A filter under a name in each of its parts, and with two parts that could be taken for one another.
fn filters() -> Vec<ListFilter> {
    let instant = Some(Timestamp::from_millis(1).unwrap());
    let tag = Some(Tag::parse("a").unwrap());
    let none = ListFilter::default;
    vec![
        none(),
        ListFilter { tag: tag.clone(), ..none() },
        ListFilter { tag: Some(Tag::parse("ab").unwrap()), ..none() },
        ListFilter { external_id: Some(ExternalId::parse("a").unwrap()), ..none() },
        ListFilter { tag, external_id: Some(ExternalId::parse("a").unwrap()), ..none() },
        ListFilter { status: Some(ShownStatus::Active), ..none() },
        ListFilter { status: Some(ShownStatus::Deleted), ..none() },
        ListFilter { content_type: Some(ContentType::Url), ..none() },
        ListFilter { name_prefix: Some(Name::parse("a").unwrap()), ..none() },
        ListFilter { created_after: instant, ..none() },
        ListFilter { created_before: instant, ..none() },
    ]
}

#[test]
fn the_form_of_a_cursor_is_pinned_because_clients_hold_them() {
    let cursor =
        cursors(1).write(position(1_777_777_777_777, 4_471), &owner(7, "production"), &ListFilter::default());
    assert_eq!(cursor, "AQAAAZ3r0BxxAAAAAAAAEXf9RRB19cXCGZ6UoBYCH_--");
}

#[test]
fn a_cursor_goes_with_its_list_alone() {
    let lists: Vec<(Owner, ListFilter)> =
        [owner(7, "production"), owner(8, "production"), owner(7, "staging")]
            .iter()
            .flat_map(|owner| filters().into_iter().map(|filter| (owner.clone(), filter)))
            .collect();
    let place = position(1_777_777_777_777, 4_471);
    for (at, (owner, filter)) in lists.iter().enumerate() {
        let cursor = cursors(1).write(place, owner, filter);
        for (other, (foreign_owner, foreign_filter)) in lists.iter().enumerate() {
            let read = cursors(1).read(&cursor, foreign_owner, foreign_filter);
            let expected = if at == other { Ok(place) } else { Err(InvalidCursor) };
            assert_eq!(read, expected, "{owner:?} {filter:?} read as {foreign_owner:?} {foreign_filter:?}");
        }
        assert_eq!(cursors(2).read(&cursor, owner, filter), Err(InvalidCursor));
    }
}

#[test]
fn a_cursor_with_any_bit_turned_is_refused() {
    let (owner, filter) = (owner(7, "production"), ListFilter::default());
    let cursor = cursors(1).write(position(1_777_777_777_777, 4_471), &owner, &filter);
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut forged = bytes.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        let forged = URL_SAFE_NO_PAD.encode(forged);
        assert_eq!(cursors(1).read(&forged, &owner, &filter), Err(InvalidCursor), "bit {bit}");
    }
}

#[test]
fn a_cursor_cut_short_or_with_more_is_refused() {
    let (owner, filter) = (owner(7, "production"), ListFilter::default());
    let cursor = cursors(1).write(position(1_777_777_777_777, 4_471), &owner, &filter);
    for length in 0..cursor.len() {
        assert_eq!(cursors(1).read(&cursor[..length], &owner, &filter), Err(InvalidCursor), "{length}");
    }
    for more in [cursor.clone() + "A", cursor.clone() + "=", cursor.clone() + "AAAA", format!(" {cursor}")] {
        assert_eq!(cursors(1).read(&more, &owner, &filter), Err(InvalidCursor), "{more}");
    }
    assert_eq!(cursors(1).read(&"ä".repeat(22), &owner, &filter), Err(InvalidCursor));
}

#[test]
fn a_signed_place_that_is_none_is_refused() {
    let (owner, filter) = (owner(7, "production"), ListFilter::default());
    let signed = |place: [u8; PLACE_BYTES]| {
        let mac = cursors(1).mac(&place, &owner, &filter);
        URL_SAFE_NO_PAD.encode([place.as_slice(), &mac].concat())
    };
    let genuine = place(position(1, 1));
    assert_eq!(cursors(1).read(&signed(genuine), &owner, &filter), Ok(position(1, 1)));
    for (byte, value) in [(0, LAYOUT + 1), (1, 0x7f), (1, 0xff), (9, 1), (11, 1)] {
        let mut other = genuine;
        other[byte] = value;
        assert_eq!(cursors(1).read(&signed(other), &owner, &filter), Err(InvalidCursor), "{byte} {value}");
    }
}

proptest! {
    #[test]
    fn a_cursor_turns_back_into_its_place(
        opened_at in 0..=Timestamp::MAX.as_millis(), sequence in 0_u64..1 << 40, list in 0..11_usize,
    ) {
        let (owner, filter) = (owner(7, "production"), &filters()[list]);
        let place = position(opened_at, sequence);
        let cursor = cursors(1).write(place, &owner, filter);
        prop_assert_eq!(cursors(1).read(&cursor, &owner, filter), Ok(place));
    }

    #[test]
    fn a_made_up_cursor_is_refused(text in "[A-Za-z0-9_-]{44}|.*") {
        prop_assert_eq!(cursors(1).read(&text, &owner(7, "production"), &ListFilter::default()), Err(InvalidCursor));
    }
}
