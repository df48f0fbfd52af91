//! Which requests with an idempotency key are under way in this process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ezqr_schema::{IdempotencyKey, IdempotentRequest, Owner, RequestHash};

/// At most one request of each name at a time.
///
/// Two at once would both find nothing and both write; the store refuses the second, but only after it has
/// spent numbers. Bounded by the actor's queue: whoever has a place holds a permit of it.
#[derive(Debug, Default)]
pub(super) struct Running(Rc<RefCell<Named>>);

type Named = HashMap<Name, RequestHash>;
type Name = (Owner, IdempotencyKey);

/// The place of a request that is under way; whatever ends the request gives it back.
#[derive(Debug)]
pub(super) struct Place {
    running: Rc<RefCell<Named>>,
    name: Name,
}

/// Another request of the name is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// The same one.
    BySame,
    /// One that asks for something else.
    ByOther,
}

impl Running {
    /// Takes the place of this name.
    pub(super) fn enter(&self, owner: &Owner, request: &IdempotentRequest) -> Result<Place, Taken> {
        let name = (owner.clone(), request.key.clone());
        let mut running = self.0.borrow_mut();
        match running.get(&name) {
            Some(hash) if *hash == request.hash => Err(Taken::BySame),
            Some(_) => Err(Taken::ByOther),
            None => {
                running.insert(name.clone(), request.hash);
                Ok(Place { running: Rc::clone(&self.0), name })
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.running.borrow_mut().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ezqr_schema::{AccountId, Environment};

    use super::*;

    fn owner(account: u8, environment: &str) -> Owner {
        let account = AccountId::from_random([account; 16]);
        Owner { account, environment: Environment::parse(environment).unwrap() }
    }

    fn request(key: &str, body: &[u8]) -> IdempotentRequest {
        IdempotentRequest {
            key: IdempotencyKey::parse(key).unwrap(),
            hash: RequestHash::of("POST", "/", "", body),
            items: Arc::default(),
        }
    }

    #[test]
    fn a_name_is_taken_until_its_request_ends_however_it_ends() {
        let running = Running::default();
        let owner = owner(1, "production");
        let place = running.enter(&owner, &request("a", b"1")).unwrap();
        assert_eq!(running.enter(&owner, &request("a", b"1")).unwrap_err(), Taken::BySame);
        assert_eq!(running.enter(&owner, &request("a", b"2")).unwrap_err(), Taken::ByOther);
        drop(place);
        assert!(running.enter(&owner, &request("a", b"2")).is_ok());
        assert!(running.0.borrow().is_empty());
    }

    #[test]
    fn the_names_of_other_owners_and_environments_are_others() {
        let running = Running::default();
        let same = request("a", b"1");
        let _places = [owner(1, "production"), owner(1, "staging"), owner(2, "production")]
            .map(|owner| running.enter(&owner, &same).unwrap());
        assert!(running.enter(&owner(1, "production"), &request("b", b"1")).is_ok());
    }
}
