//! What happens to the files of a running server.

use crate::server::Server;

#[test]
fn a_data_directory_that_is_deleted_or_replaced_ends_the_server_with_an_error() {
    for is_replaced in [false, true] {
        let mut server = Server::start("[tenants.bank.queues.support]\n");
        let data = server.folder().join("data");
        std::fs::rename(&data, server.folder().join("moved")).expect("it can be moved");
        if is_replaced {
            std::fs::create_dir(&data).expect("a folder");
        }
        // Nobody calls: it notices by itself.
        assert_eq!(server.wait(), Some(1), "replaced: {is_replaced}");
    }
}
