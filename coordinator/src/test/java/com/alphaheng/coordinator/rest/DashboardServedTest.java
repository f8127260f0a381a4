package com.alphaheng.coordinator.rest;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The dashboard as the coordinator serves it.
@Tag("slow")
@QuarkusTest
@QuarkusTestResource(BrokerResource.class)
class DashboardServedTest {
    @Test
    void thePageIsServedAtTheRootAndNeverStale() {
        String changed = given().get("/").then().statusCode(200).contentType("text/html")
                .header("Cache-Control", equalTo("no-cache")).header("X-Content-Type-Options", equalTo("nosniff"))
                .body(containsString("Throughput staircase")).extract().header("Last-Modified");
        given().header("If-Modified-Since", changed).get("/").then().statusCode(304);
    }

    @Test
    void modulesStylesAndFontsHaveTheirTypes() {
        given().get("/js/main.js").then().statusCode(200).contentType(containsString("javascript"))
                .header("Cache-Control", equalTo("no-cache"));
        given().get("/css/base.css").then().statusCode(200).contentType(containsString("text/css"));
        given().get("/fonts/geist-latin-wght-normal.woff2").then().statusCode(200).contentType("font/woff2");
    }

    @Test
    void anUnknownReportNamesTheKnownOnes() {
        given().get("/api/reports/none/no-such.md").then().statusCode(404).contentType("application/problem+json")
                .body("remedy", containsString("final_benchmark"));
    }
}
