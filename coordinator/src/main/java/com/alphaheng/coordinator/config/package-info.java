/// Puts the coordinator together from its settings, starts it, and says what is wrong when that fails.
package com.alphaheng.coordinator.config;
