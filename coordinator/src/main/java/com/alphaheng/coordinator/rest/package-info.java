/// HTTP: what people, the command line and the dashboard may ask of the coordinator. See docs/api.md.
package com.alphaheng.coordinator.rest;
