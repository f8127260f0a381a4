// Every load and store of a kernel passes here: the kernels are compiled with the compiler's own instrumentation for
// thread checking, and these are the functions it calls. Checked: bounds, writes to read-only arguments, reads of memory
// nobody wrote, and races (two threads, one of them writing, no barrier between).
#include "executor.h"
#include "runtime.h"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unordered_map>

namespace softmetal {
Checks checks;

namespace {
struct Access { Where where; uint8_t mask; bool several; };
struct Cell { Access write, read; };      // of four bytes
constexpr uintptr_t PAGE = 4096;
using ShadowPage = Cell[PAGE / 4];

auto& shadow = *new std::unordered_map<uintptr_t, ShadowPage*>;
auto& images = *new std::vector<std::pair<uintptr_t, uintptr_t>>;
size_t lastRegion = 0;

uint32_t patternWord(uintptr_t offset) {
    // A NaN with a payload that depends on the place: no honest value, and no copy of a neighbour.
    return 0x7fa00000u | (static_cast<uint32_t>(offset / 4 * 2654435761u) >> 12);
}

Cell& cellOf(uintptr_t address) {
    static uintptr_t lastPage = 0;
    static ShadowPage* last = nullptr;
    uintptr_t page = address / PAGE;
    if (page != lastPage || last == nullptr) {
        ShadowPage*& slot = shadow[page];
        if (slot == nullptr) {
            slot = reinterpret_cast<ShadowPage*>(std::calloc(1, sizeof(ShadowPage)));
        }
        last = slot;
        lastPage = page;
    }
    return (*last)[address % PAGE / 4];
}

// Whether something orders the earlier access before the one being made now.
bool ordered(const Where& before, const Where& now) {
    if (before.epoch != now.epoch) return true;
    if (before.group != now.group) return false;
    if (before.thread == now.thread || before.barrier != now.barrier) return true;
    return before.thread / 32 == now.thread / 32 && before.simdBarrier != now.simdBarrier;
}

std::string who(const Where& where) {
    return "threadgroup " + std::to_string(where.group) + " thread " + std::to_string(where.thread);
}

void race(const char* what, const Access& before, uintptr_t address, const Region& region) {
    violation(here() + ": race in " + region.name + " at byte " + std::to_string(address - region.begin) + ": " + what
        + " with " + who(before.where) + ", no barrier between");
}

void checkRace(uintptr_t address, size_t bytes, bool write, const Region& region) {
    while (bytes > 0) {
        uintptr_t offset = address % 4;
        size_t part = std::min<size_t>(bytes, 4 - offset);
        uint8_t mask = static_cast<uint8_t>(((1u << part) - 1) << offset);
        Cell& cell = cellOf(address);
        const Where& now = checks.where;
        if ((cell.write.mask & mask) && !ordered(cell.write.where, now)) {
            race(write ? "write after write" : "read after write", cell.write, address, region);
        }
        if (write) {
            bool sameReader = cell.read.where.thread == now.thread && cell.read.where.group == now.group;
            if ((cell.read.mask & mask) && (!ordered(cell.read.where, now)
                    || (cell.read.several && sameReader && cell.read.where.epoch == now.epoch
                        && cell.read.where.barrier == now.barrier))) {
                race("write after read", cell.read, address, region);
            }
            bool merge = std::memcmp(&cell.write.where, &now, sizeof(Where)) == 0;
            cell.write = {now, static_cast<uint8_t>(merge ? cell.write.mask | mask : mask), false};
        } else {
            bool unordered = cell.read.mask != 0 && !ordered(cell.read.where, now);
            bool same = std::memcmp(&cell.read.where, &now, sizeof(Where)) == 0;
            uint8_t kept = unordered || same ? cell.read.mask : 0;
            cell.read = {now, static_cast<uint8_t>(kept | mask), unordered || (same && cell.read.several)};
        }
        address += part;
        bytes -= part;
    }
}

// Read-only and writable arguments may lie in one buffer; a write looks for the writable one.
const Region* regionOf(uintptr_t address, size_t bytes, bool write) {
    const auto& regions = checks.dispatch->regions;
    if (lastRegion < regions.size()) {
        const Region& last = regions[lastRegion];
        if (address >= last.begin && address + bytes <= last.end && (last.writable || !write)) return &last;
    }
    const Region* readOnly = nullptr;
    for (size_t index = 0; index < regions.size(); index++) {
        const Region& region = regions[index];
        if (address < region.begin || address + bytes > region.end) continue;
        if (region.writable || !write) {
            lastRegion = index;
            return &region;
        }
        readOnly = &region;
    }
    if (readOnly != nullptr) return readOnly;
    for (const Region& region : checks.threadgroup) {
        if (address >= region.begin && address + bytes <= region.end) return &region;
    }
    return nullptr;
}

void outOfBounds(uintptr_t address, size_t bytes, bool write) {
    for (const auto& [begin, end] : images) {
        if (address >= begin && address + bytes <= end && !write) return;
    }
    // Say which argument it was aimed at: the nearest one.
    const Region* nearest = nullptr;
    uintptr_t distance = UINTPTR_MAX;
    for (const std::vector<Region>* list : {&checks.dispatch->regions,
            static_cast<const std::vector<Region>*>(&checks.threadgroup)}) {
        for (const Region& region : *list) {
            uintptr_t away = address < region.begin ? region.begin - address : address - region.end;
            if (away < distance) {
                distance = away;
                nearest = &region;
            }
        }
    }
    std::string target = "no argument";
    if (nearest != nullptr) {
        target = nearest->name + " of " + std::to_string(nearest->end - nearest->begin) + " bytes, at byte "
            + std::to_string(static_cast<intptr_t>(address - nearest->begin));
    }
    violation(here() + ": " + (write ? "write" : "read") + " of " + std::to_string(bytes) + " bytes out of bounds: "
        + target);
    // The page may not exist: give it some memory rather than crash, so that the report comes out.
    uintptr_t page = address & ~(PAGE - 1);
    if (mprotect(reinterpret_cast<void*>(page), 2 * PAGE, PROT_READ | PROT_WRITE) == 0) return;
    mmap(reinterpret_cast<void*>(page), 2 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

// Unwritten is a whole aligned word that still holds the pattern.
void checkWritten(uintptr_t address, size_t bytes, const Region& region) {
    for (uintptr_t word = address & ~uintptr_t(3); word < address + bytes; word += 4) {
        uint32_t found;
        std::memcpy(&found, reinterpret_cast<void*>(word), 4);
        if (found == patternWord(word - region.patternBase)) {
            violation(here() + ": read of memory nobody wrote: " + region.name + " at byte "
                + std::to_string(word - region.begin));
            return;
        }
    }
}

inline void check(const void* pointer, size_t bytes, bool write) {
    uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    if (address >= checks.stackBegin && address < checks.stackEnd) return;
    const Region* region = regionOf(address, bytes, write);
    if (region == nullptr) {
        outOfBounds(address, bytes, write);
        return;
    }
    if (write && !region->writable) {
        violation(here() + ": write to the read-only argument " + region->name);
        return;
    }
    if (!write && region->patterned) checkWritten(address, bytes, *region);
    if (region->tracked) checkRace(address, bytes, write, *region);
}
}

void addImage(uintptr_t begin, uintptr_t end) { images.emplace_back(begin, end); }

void fillPattern(void* memory, size_t bytes, uintptr_t base) {
    uintptr_t begin = reinterpret_cast<uintptr_t>(memory);
    for (size_t offset = 0; offset + 4 <= bytes; offset += 4) {
        uint32_t word = patternWord(begin + offset - base);
        std::memcpy(static_cast<char*>(memory) + offset, &word, 4);
    }
}

void forgetShadow(uintptr_t begin, uintptr_t end) {
    for (uintptr_t page = begin / PAGE; page <= end / PAGE; page++) {
        auto found = shadow.find(page);
        if (found != shadow.end()) std::memset(found->second, 0, sizeof(ShadowPage));
    }
}

void beginChecks(const Dispatch& dispatch, uint32_t firstGroup) {
    checks.dispatch = &dispatch;
    checks.where = {dispatch.epoch, firstGroup, 0, 0, 0};
    lastRegion = 0;
}

void beginThreadgroupChecks() {
    for (const Region& region : checks.threadgroup) forgetShadow(region.begin, region.end);
}

std::string here() {
    const Where& where = checks.where;
    return std::string(checks.dispatch->kernel->name) + " thread " + std::to_string(where.thread);
}
}

#define SOFTMETAL_ACCESS(BYTES) \
    void __tsan_read##BYTES(const void* p) { softmetal::check(p, BYTES, false); } \
    void __tsan_write##BYTES(const void* p) { softmetal::check(p, BYTES, true); } \
    void __tsan_unaligned_read##BYTES(const void* p) { softmetal::check(p, BYTES, false); } \
    void __tsan_unaligned_write##BYTES(const void* p) { softmetal::check(p, BYTES, true); }

extern "C" {
SOFTMETAL_ACCESS(1)
SOFTMETAL_ACCESS(2)
SOFTMETAL_ACCESS(4)
SOFTMETAL_ACCESS(8)
SOFTMETAL_ACCESS(16)
void __tsan_read_range(const void* p, unsigned long bytes) { softmetal::check(p, bytes, false); }
void __tsan_write_range(const void* p, unsigned long bytes) { softmetal::check(p, bytes, true); }
void* __tsan_memcpy(void* to, const void* from, unsigned long bytes) {
    softmetal::check(from, bytes, false);
    softmetal::check(to, bytes, true);
    return std::memcpy(to, from, bytes);
}
void* __tsan_memset(void* to, int value, unsigned long bytes) {
    softmetal::check(to, bytes, true);
    return std::memset(to, value, bytes);
}
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
}
