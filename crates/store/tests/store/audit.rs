//! Audit events.

use aracari_store::{AuditEvent, Outcome, Store, UserId};

pub(crate) async fn events_come_back_newest_first(store: &dyn Store) {
    let id = UserId::random();
    let event = AuditEvent::new("session.sign_in", Outcome::Denied)
        .actor("jane\nforged")
        .actor_id(&id)
        .object("app:flights")
        .address("192.0.2.1".parse().ok())
        .request_id(Some("r-1"))
        .detail("by", "password");
    store.append_audit(&[AuditEvent::new("user.create", Outcome::Allowed)]).await.unwrap();
    store.append_audit(std::slice::from_ref(&event)).await.unwrap();

    let events = store.latest_audit(10).await.unwrap();

    assert_eq!(
        events.iter().map(|event| event.action.as_str()).collect::<Vec<_>>(),
        ["session.sign_in", "user.create"]
    );
    let read = &events[0];
    assert_eq!(read.actor.as_deref(), Some("jane\\nforged"));
    assert_eq!((read.actor_id.as_ref(), read.object.as_deref()), (Some(&id), Some("app:flights")));
    assert_eq!((read.address.as_deref(), read.request_id.as_deref()), (Some("192.0.2.1"), Some("r-1")));
    assert_eq!(
        (read.outcome, read.tenant.as_str(), read.details["by"].as_str()),
        (Outcome::Denied, "instance", "password")
    );
    assert_eq!(read.at.timestamp_micros(), event.at.timestamp_micros());
    assert_eq!(store.latest_audit(1).await.unwrap().len(), 1);
}

pub(crate) async fn a_batch_keeps_its_order(store: &dyn Store) {
    let event = |object: &str| AuditEvent::new("app.query", Outcome::Allowed).object(object);
    store.append_audit(&[event("a"), event("b"), event("c")]).await.unwrap();
    store.append_audit(&[]).await.unwrap();
    let events = store.latest_audit(10).await.unwrap();
    let objects: Vec<_> = events.iter().filter_map(|event| event.object.as_deref()).collect();
    assert_eq!(objects, ["c", "b", "a"]);
    assert_eq!(events[0].sequence, events[2].sequence + 2, "numbered without a gap");
}
