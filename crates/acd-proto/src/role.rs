//! The names of roles.

use crate::v1::Role;

const PREFIX: &str = "ROLE_";

impl Role {
    /// Every role.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..).map_while(|number| Self::try_from(number).ok())
    }

    /// The role's name in tokens and documents: `agent`.
    #[must_use]
    pub fn name(self) -> String {
        self.as_str_name().trim_start_matches(PREFIX).to_lowercase()
    }

    /// The role of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_in_small_letters() {
        let names: Vec<String> = Role::all().map(Role::name).collect();
        assert_eq!(
            names,
            ["adapter", "agent", "supervisor", "administrator", "monitor"]
        );
        assert_eq!(Role::from_name("agent"), Some(Role::Agent));
        for nobody in ["Agent", "ROLE_AGENT", "unspecified", ""] {
            assert_eq!(Role::from_name(nobody), None, "{nobody}");
        }
    }
}
