//! Values of contacts that are masked, shown to who may have them once it is recorded that they had them.

use acd_core::command::MaskedItem;
use acd_core::config::Viewer;
use acd_core::ids::{ContactName, TenantName};
use acd_core::state::State;
use acd_proto::v1::{self, ErrorReason};

use super::fields;
use crate::error::ApiError;
use acd_shard::Shards;

/// Which value is asked for.
pub(super) fn item(item: v1::MaskedItem, attribute: &str) -> Result<MaskedItem, ApiError> {
    let nameless = |item| match attribute {
        "" => Ok(item),
        _ => {
            let remedy = "leave it empty, or ask for MASKED_ITEM_ATTRIBUTE";
            Err(ApiError::invalid("attribute", "the item is none", remedy))
        }
    };
    match item {
        v1::MaskedItem::Attribute => {
            let key: String = fields::name("attribute", attribute)?;
            Ok(MaskedItem::Attribute(key.into()))
        }
        v1::MaskedItem::CustomerKey => nameless(MaskedItem::CustomerKey),
        v1::MaskedItem::Dial => nameless(MaskedItem::Dial),
        v1::MaskedItem::Unspecified => {
            let remedy = "give one of MASKED_ITEM_ATTRIBUTE, _CUSTOMER_KEY, _DIAL";
            Err(ApiError::invalid("item", "it is missing", remedy))
        }
    }
}

/// The value, after it was recorded that the viewer has it. An answer that is repeated shows it again only as long as
/// they may have it.
pub(super) async fn value(
    shards: &Shards,
    tenant: &TenantName,
    contact: ContactName,
    item: MaskedItem,
    viewer: Viewer,
) -> Result<v1::Personal, ApiError> {
    let read = move |state: &State| {
        let Some(found) = state.recorded_contact(&contact) else {
            let detail = format!("there is no contact {contact:?} any more");
            return Err(ApiError::new(
                ErrorReason::UnknownContact,
                "contact_id",
                detail,
            ));
        };
        let value = state.reveal(found, &item, viewer)?;
        Ok(value.reveal().into())
    };
    shards.read(tenant, read).await?
}
