//! `Debug` output that never shows personal data, so that no log line can.

use std::fmt::{Debug, Formatter, Result};

use crate::v1::{Attribute, Personal};

const HIDDEN: &str = "[redacted]";

impl Debug for Personal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(HIDDEN)
    }
}

impl Debug for Attribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Attribute")
            .field("key", &self.key)
            .field("value", &format_args!("{HIDDEN}"))
            .field("sensitive", &self.sensitive)
            .finish()
    }
}

impl From<&str> for Personal {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Personal {
    fn from(value: String) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::ContactArrived;

    #[test]
    fn debug_shows_no_personal_data() {
        let contact = ContactArrived {
            contact_id: "c1".into(),
            customer_key: Some("+49301234".into()),
            attributes: vec![
                Attribute {
                    key: "iban".into(),
                    value: "DE1234".into(),
                    sensitive: true,
                    ..Attribute::default()
                },
                Attribute {
                    key: "name".into(),
                    value: "Erika".into(),
                    sensitive: false,
                    ..Attribute::default()
                },
            ],
            ..Default::default()
        };
        let shown = format!("{contact:?}");
        for hidden in ["4930", "DE1234", "Erika"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        assert!(shown.contains("c1") && shown.contains("iban"), "{shown}");
    }
}
