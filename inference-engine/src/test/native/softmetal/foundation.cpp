// The few Foundation classes that Metal speaks.
#include "runtime.h"

#include <cstring>

namespace softmetal {
bool understands(const Object* object, Selector selector);

namespace {
Object* objectRetain(Object* self, Selector) { return retain(self); }
void objectRelease(Object* self, Selector) { release(self); }
bool objectResponds(Object* self, Selector, Selector asked) {
    if (asked == nullptr) {
        violation("respondsToSelector: with no selector");
        return false;
    }
    return understands(self, asked);
}

Object* stringWith(Object*, Selector, const char* text) {
    if (text == nullptr) {
        violation("stringWithUTF8String: with no text");
        return nullptr;
    }
    return autoreleasedString(text);
}
const char* stringText(Object* self, Selector) { return static_cast<String*>(self)->text.c_str(); }
Object* urlWith(Object*, Selector, Object* path) {
    // A file URL is all there is here, so its path stands for it.
    std::string text = textOf(path, "fileURLWithPath:");
    String* url = create(new String(text));
    url->type = classNamed("NSURL");
    return autorelease(url);
}
uint64_t arrayCount(Object* self, Selector) { return static_cast<Array*>(self)->items.size(); }
Object* arrayAt(Object* self, Selector, uint64_t index) {
    Array* array = static_cast<Array*>(self);
    if (index >= array->items.size()) {
        violation("objectAtIndex: " + std::to_string(index) + " beyond " + std::to_string(array->items.size()));
        return nullptr;
    }
    return array->items[index];
}
int64_t errorCode(Object* self, Selector) { return static_cast<Error*>(self)->code; }
Object* errorDomain(Object* self, Selector) { return autoreleasedString(static_cast<Error*>(self)->domain); }
Object* errorText(Object* self, Selector) { return autoreleasedString(static_cast<Error*>(self)->text); }
Object* processInfo(Object*, Selector) {
    return autorelease(create(new Object(classNamed("NSProcessInfo"))));
}
Object* systemVersion(Object*, Selector) { return autoreleasedString("Soft Metal on Linux"); }
}

Object* autoreleasedString(const std::string& text) { return autorelease(create(new String(text))); }

Error* autoreleasedError(const std::string& domain, long code, const std::string& text) {
    Error* error = create(new Error(domain, code, text));
    autorelease(error);
    return error;
}

std::string textOf(Object* string, const char* what) {
    String* text = argument<String>(string, what);
    return text ? text->text : "";
}

void defineFoundation() {
    ClassInfo* object = defineClass("NSObject", nullptr);
    method(object, "retain", objectRetain);
    method(object, "release", objectRelease);
    method(object, "respondsToSelector:", objectResponds);
    ClassInfo* string = defineClass("NSString", "NSObject");
    method(string, "stringWithUTF8String:", stringWith, true);
    method(string, "UTF8String", stringText);
    ClassInfo* url = defineClass("NSURL", "NSObject");
    method(url, "fileURLWithPath:", urlWith, true);
    ClassInfo* array = defineClass("NSArray", "NSObject");
    method(array, "count", arrayCount);
    method(array, "objectAtIndex:", arrayAt);
    ClassInfo* error = defineClass("NSError", "NSObject");
    method(error, "code", errorCode);
    method(error, "domain", errorDomain);
    method(error, "localizedDescription", errorText);
    ClassInfo* process = defineClass("NSProcessInfo", "NSObject");
    method(process, "processInfo", processInfo, true);
    method(process, "operatingSystemVersionString", systemVersion);
}
}
