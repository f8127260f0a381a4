/// Tells webhooks what happened: signed, one after another, again until they have it.
package com.alphaheng.coordinator.webhook;
