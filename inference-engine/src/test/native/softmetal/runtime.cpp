// The Objective-C runtime's C functions, and the life and death of objects.
#include "runtime.h"

#include <cstdio>
#include <cstring>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace softmetal {
namespace {
struct Fault { long countdown; long repeats; };

// One lock for the whole runtime: it is a test double, and the GPU thread releases objects too. None of these is ever
// destroyed: that thread runs while the process ends.
std::recursive_mutex& lock = *new std::recursive_mutex;
std::map<std::string, std::unique_ptr<ClassInfo>>& classes = *new std::map<std::string, std::unique_ptr<ClassInfo>>;
std::map<std::string, Object*>& classObjects = *new std::map<std::string, Object*>;
std::unordered_set<const Object*>& live = *new std::unordered_set<const Object*>;
std::unordered_map<const Object*, std::string>& dead = *new std::unordered_map<const Object*, std::string>;
std::vector<std::string>& violations = *new std::vector<std::string>;
std::set<std::string>& selectors = *new std::set<std::string>;
std::map<std::string, Fault>& faults = *new std::map<std::string, Fault>;
std::map<std::string, long>& settings = *new std::map<std::string, long>;
std::set<std::string>& hidden = *new std::set<std::string>;
std::atomic<long> messages{0};
thread_local std::vector<std::vector<Object*>> pools;

void defineOnce() {
    static std::once_flag flag;
    std::call_once(flag, [] {
        defineFoundation();
        defineMetal();
    });
}

const ClassInfo::Entry* find(const ClassInfo* type, const std::string& selector) {
    for (; type != nullptr; type = type->parent) {
        auto found = type->methods.find(selector);
        if (found != type->methods.end() && !hidden.count(selector)) {
            return &found->second;
        }
    }
    return nullptr;
}

uint64_t answerNothing() { return 0; }
}

void violation(const std::string& message) {
    std::lock_guard guard(lock);
    // One defect in a kernel strikes once per thread: keep what a reader can use.
    if (violations.size() < 64) {
        violations.push_back(message);
        std::fprintf(stderr, "soft Metal: %s\n", message.c_str());
    }
}

void enroll(Object* object) {
    std::lock_guard guard(lock);
    live.insert(object);
    dead.erase(object);
}

bool isLive(const Object* object) {
    std::lock_guard guard(lock);
    return live.count(object) != 0;
}

std::string describe(const Object* object) {
    std::lock_guard guard(lock);
    if (object == nullptr) return "nil";
    if (live.count(object)) {
        return object->type->name + (object->label.empty() ? "" : " '" + object->label + "'");
    }
    auto found = dead.find(object);
    return found == dead.end() ? "something that is no object" : "released " + found->second;
}

Object* retain(Object* object) {
    std::lock_guard guard(lock);
    if (!object->isClass) object->references++;
    return object;
}

void release(Object* object) {
    std::lock_guard guard(lock);
    if (!live.count(object)) {
        violation("release of " + describe(object));
        return;
    }
    if (object->isClass || --object->references > 0) return;
    dead[object] = describe(object);
    live.erase(object);
    object->dispose();
}

Object* autorelease(Object* object) {
    if (pools.empty()) {
        violation("autorelease without a pool: " + describe(object) + " leaks");
    } else {
        pools.back().push_back(object);
    }
    return object;
}

ClassInfo* defineClass(const char* name, const char* parent) {
    auto info = std::make_unique<ClassInfo>();
    info->name = name;
    info->parent = parent ? classes.at(parent).get() : nullptr;
    ClassInfo* result = info.get();
    classes[name] = std::move(info);
    Object* object = new Object(result);
    object->isClass = true;
    classObjects[name] = object;
    live.insert(object);
    return result;
}

void addMethod(ClassInfo* type, const char* selector, Method method, const std::string& encoding, bool ofClass) {
    type->methods[selector] = {method, encoding, ofClass};
}

const ClassInfo* classNamed(const std::string& name) { return classes.at(name).get(); }

bool faultStrikes(const char* name) {
    std::lock_guard guard(lock);
    auto found = faults.find(name);
    if (found == faults.end() || --found->second.countdown > 0) return false;
    if (--found->second.repeats <= 0) faults.erase(found);
    else found->second.countdown = 1;
    return true;
}

long setting(const char* name, long otherwise) {
    std::lock_guard guard(lock);
    auto found = settings.find(name);
    return found == settings.end() ? otherwise : found->second;
}
}

using namespace softmetal;

extern "C" {
// Called by the trampoline for every message: the code to jump to.
Method softmetal_lookup(Object* self, Selector selector) {
    defineOnce();
    messages++;
    Method nothing = reinterpret_cast<Method>(answerNothing);
    if (self == nullptr) return nothing;    // messages to nil answer 0
    std::lock_guard guard(lock);
    if (selector == nullptr || !selectors.count(selector)) {
        violation("message with an unregistered selector to " + describe(self));
        return nothing;
    }
    if (!live.count(self)) {
        violation("message " + std::string(selector) + " to " + describe(self));
        return nothing;
    }
    const ClassInfo::Entry* entry = find(self->type, selector);
    if (entry == nullptr || entry->ofClass != self->isClass) {
        violation("unrecognized selector " + std::string(self->isClass ? "+[" : "-[") + self->type->name + " "
            + selector + "]");
        return nothing;
    }
    return entry->method;
}

Object* objc_getClass(const char* name) {
    defineOnce();
    std::lock_guard guard(lock);
    auto found = classObjects.find(name);
    return found == classObjects.end() || hidden.count(name) ? nullptr : found->second;
}

Selector sel_registerName(const char* name) {
    std::lock_guard guard(lock);
    return selectors.insert(name).first->c_str();
}

void* objc_autoreleasePoolPush() {
    pools.emplace_back();
    return reinterpret_cast<void*>(pools.size());
}

void objc_autoreleasePoolPop(void* token) {
    size_t depth = reinterpret_cast<size_t>(token);
    if (depth == 0 || depth != pools.size()) {
        violation("autorelease pools popped out of order: " + std::to_string(depth) + " of "
            + std::to_string(pools.size()));
        return;
    }
    std::vector<Object*> last = std::move(pools.back());
    pools.pop_back();
    for (Object* object : last) release(object);
}

// --- for tests -------------------------------------------------------------------------------------------------------

// Moves the violations noted so far, one a line, into `target`; returns how many there were.
long softmetal_take_violations(char* target, long capacity) {
    std::lock_guard guard(lock);
    std::string all;
    for (const std::string& one : violations) all += one + "\n";
    std::snprintf(target, capacity, "%s", all.c_str());
    long count = static_cast<long>(violations.size());
    violations.clear();
    return count;
}

// Describes the live objects, one a line; returns how many there are. Classes do not count.
long softmetal_live_objects(char* target, long capacity) {
    awaitGpu();
    std::lock_guard guard(lock);
    std::string all;
    long count = 0;
    for (const Object* object : live) {
        if (object->isClass) continue;
        count++;
        all += describe(object) + " x" + std::to_string(object->references) + "\n";
    }
    std::snprintf(target, capacity, "%s", all.c_str());
    return count;
}

// Lists every method as "class selector encoding +|-", one a line.
long softmetal_methods(char* target, long capacity) {
    defineOnce();
    std::lock_guard guard(lock);
    std::string all;
    for (const auto& [name, type] : classes) {
        for (const auto& [selector, entry] : type->methods) {
            all += name + " " + selector + " " + entry.encoding + (entry.ofClass ? " +\n" : " -\n");
        }
    }
    std::snprintf(target, capacity, "%s", all.c_str());
    return static_cast<long>(all.size());
}

// Arms a fault: from its nth occurrence on, `repeats` times. n = 0 disarms.
void softmetal_inject(const char* fault, long nth, long repeats) {
    std::lock_guard guard(lock);
    if (nth <= 0) faults.erase(fault);
    else faults[fault] = {nth, repeats};
}

void softmetal_set(const char* name, long value) {
    std::lock_guard guard(lock);
    settings[name] = value;
}

// Takes a selector or class away (an older system), or gives it back.
void softmetal_hide(const char* name, bool hide) {
    std::lock_guard guard(lock);
    if (hide) hidden.insert(name);
    else hidden.erase(name);
}

long softmetal_messages() { return messages; }
}

namespace softmetal {
// Whether an object understands a message; used by respondsToSelector:.
bool understands(const Object* object, Selector selector) {
    std::lock_guard guard(lock);
    const ClassInfo::Entry* entry = find(object->type, selector);
    return entry != nullptr && entry->ofClass == object->isClass;
}
}
