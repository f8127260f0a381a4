package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Role;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The role a request needs. Without it a GET needs a viewer, and everything else an admin.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@interface Needs {
    Role value();
}
