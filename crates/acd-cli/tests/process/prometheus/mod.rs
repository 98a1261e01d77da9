//! Prometheus and Grafana as `deploy/` sets them up: what their rules and panels name is there, alerts fire and clear,
//! every panel shows something.

mod dashboards;
mod figures;
mod names;
mod rules;
mod running;
mod watched;
