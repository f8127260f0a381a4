/// The server's HTTP, on Vert.x: the only package that knows it.
package com.alphaheng.engine.server.http;
