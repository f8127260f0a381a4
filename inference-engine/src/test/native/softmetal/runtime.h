// Soft Metal: the Objective-C entry points and the Metal classes this project uses, on a CPU, for tests.
// This header: objects, classes, methods and the report of violations. See README.md for the map.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

namespace softmetal {

struct Object;
using Selector = const char*;       // interned by sel_registerName
using Method = void (*)();          // cast to the method's own type by the trampoline's caller

struct MTLSize { uint64_t width, height, depth; };
struct NSRange { uint64_t location, length; };

// A class: its methods by selector. Class methods live in the same table under '+'.
struct ClassInfo {
    std::string name;
    const ClassInfo* parent;
    struct Entry { Method method; std::string encoding; bool ofClass; };
    std::map<std::string, Entry> methods;
};

// An Objective-C object. Dead ones are kept as zombies, so that a message to one can be reported.
struct Object {
    const ClassInfo* type;
    bool isClass = false;
    long references = 1;
    std::string label;
    explicit Object(const ClassInfo* type) : type(type) {}
    virtual ~Object() = default;
    // Gives up what the object holds; the memory itself stays.
    virtual void dispose() {}
};

// Notes a mistake of the program under test: printed at once, and kept until a test takes it.
void violation(const std::string& message);

// Adds an object to the live ones; every object must pass here.
void enroll(Object* object);
bool isLive(const Object* object);
std::string describe(const Object* object);
Object* retain(Object* object);
void release(Object* object);
Object* autorelease(Object* object);

template <class T> T* create(T* object) {
    enroll(object);
    return object;
}

// The object as a T, or null with a violation: what a selector of the real API would crash on.
template <class T> T* argument(Object* object, const char* what) {
    if (object == nullptr || !isLive(object)) {
        violation(std::string(what) + ": " + (object ? "a released or foreign object" : "nil"));
        return nullptr;
    }
    T* cast = dynamic_cast<T*>(object);
    if (cast == nullptr) {
        violation(std::string(what) + ": wrong class " + describe(object));
    }
    return cast;
}

// --- declaring classes -----------------------------------------------------------------------------------------------

template <class T> constexpr char letter() {
    if constexpr (std::is_void_v<T>) return 'v';
    else if constexpr (std::is_same_v<T, double>) return 'd';
    else if constexpr (std::is_same_v<T, bool>) return 'B';
    else if constexpr (std::is_same_v<T, uint8_t>) return 'C';
    else if constexpr (std::is_same_v<T, MTLSize>) return 'S';
    else if constexpr (std::is_same_v<T, NSRange>) return 'R';
    else { static_assert(sizeof(T) == 8, "no letter for this type"); return 'q'; }
}

ClassInfo* defineClass(const char* name, const char* parent);
void addMethod(ClassInfo* type, const char* selector, Method method, const std::string& encoding, bool ofClass);

// Declares one method; its encoding is read off the C++ function's own type.
template <class R, class... A>
void method(ClassInfo* type, const char* selector, R (*function)(Object*, Selector, A...), bool ofClass = false) {
    std::string encoding(1, letter<R>());
    ((encoding += letter<A>()), ...);
    addMethod(type, selector, reinterpret_cast<Method>(function), encoding, ofClass);
}

const ClassInfo* classNamed(const std::string& name);

// --- Foundation ------------------------------------------------------------------------------------------------------

struct String : Object {
    std::string text;
    explicit String(const std::string& text) : Object(classNamed("NSString")), text(text) {}
};

struct Array : Object {
    std::vector<Object*> items;
    explicit Array(std::vector<Object*> items) : Object(classNamed("NSArray")), items(std::move(items)) {}
    void dispose() override { for (Object* item : items) release(item); }
};

struct Error : Object {
    std::string domain, text;
    long code;
    Error(const std::string& domain, long code, const std::string& text)
        : Object(classNamed("NSError")), domain(domain), text(text), code(code) {}
};

Object* autoreleasedString(const std::string& text);
Error* autoreleasedError(const std::string& domain, long code, const std::string& text);
std::string textOf(Object* string, const char* what);

// --- faults that tests inject ----------------------------------------------------------------------------------------

// True when the named fault is armed and this is the occurrence it was armed for.
bool faultStrikes(const char* name);
// The value of a named setting of the soft device, or the default.
long setting(const char* name, long otherwise);

// Waits until the GPU thread has let go of all it was given: it releases a command buffer after the host heard of its end.
void awaitGpu();

void defineFoundation();
void defineMetal();
}
