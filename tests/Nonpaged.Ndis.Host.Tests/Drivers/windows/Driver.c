#include <NDIS.H>
#include <NtStrSafe.h>
#include "inc\sub\shared.h"
#include "INC\debug.h"
/*
 * A driver in Microsoft's dialect: the sample's, whose 32-bit numbers are "unsigned long" here, and before it what gcc and clang refuse as it stands. It says what did not do as documented.
 */
#if !OWN_DEBUG
#error "NDIS's own debug.h hides the driver's."
#endif

#pragma code_seg("PAGE")
#pragma NDIS_INIT_FUNCTION(DriverEntry)

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) Register((handle), (characteristics), (length))
static PVOID TheAdapter;
#define NdisMSetAttributesEx(handle, context, ...) (TheAdapter = (context), (NdisMSetAttributesEx)((handle), (context), __VA_ARGS__))
#define ULONG u32
#define DriverEntry SampleEntry
#include SAMPLE
#undef ULONG
#undef DriverEntry

NTSTATUS DriverEntry(PVOID DriverObject, PVOID RegistryPath) { return SampleEntry(DriverObject, RegistryPath); }

#define FIELD(object, name) (object)##->##name
#define MEMBER(object, name) (object)##.##name
#define SAY(format, ...) DbgPrint(__FUNCTION__ ": " format##"\n", __VA_ARGS__)
static u32 Checks, Failures;
#define CHECK(condition) (Checks++, (condition) ? (void)0 : (void)(Failures++, DbgPrint("FAILED %s (line %lu)\n", #condition, (u32)__LINE__)))

static FORCEINLINE u32 Both(u32 Value) { return Value + 1; }
FORCEINLINE u32 Plain(u32 Value) { return Both(Value) + 1; }
__forceinline u32 Forced(u32 Value) { return Value + 3; }
__inline u32 Inline(u32 Value) { return Value + 4; }
__declspec(align(64)) static UCHAR Line[64];
DECLSPEC_CACHEALIGN static UCHAR Other[64];
DECLSPEC_NOINLINE static u32 Apart(u32 Value) { return Value; }

typedef struct _COUNTED {
    u32 Before;
    long Count;
    u32 After;
} COUNTED;

static COUNTED Counted = { 0xdeadbeefUL, 0, 0xcafebabeUL };
static NDIS_EVENT Happened;

static VOID OnTimer(PVOID Specific1, PVOID Context, PVOID Specific2, PVOID Specific3)
{
    UNREFERENCED_PARAMETER(Specific1);
    UNREFERENCED_PARAMETER(Specific2);
    UNREFERENCED_PARAMETER(Specific3);
    if (InterlockedIncrement(&FIELD((COUNTED *)Context, Count)) == 3) NdisSetEvent(&Happened);
}

static VOID OnWork(PNDIS_WORK_ITEM Item, PVOID Context)
{
    UNREFERENCED_PARAMETER(Item);
    CHECK(Context == &Counted);
    SAY("ran");
}

static BOOLEAN Synchronized(PVOID Context) { return *(u32 *)Context == 0x80000000UL; }

static VOID CheckLanguage(VOID)
{
    DESCRIPTOR descriptor = { 0xffffffffUL, -1L, 0x123456789abcui64, 5, 17 };
    COUNTED *counted = &Counted;
    u32 index = 99, word = 0, number;
    s32 result;

    CHECK(MEMBER(descriptor, Address) == 0xffffffff && MEMBER(descriptor, Length) < 0 && descriptor.Next == 0x123456789abci64);
    CHECK(Plain(1) == 3 && Forced(1) == 4 && Inline(1) == 5 && Apart(1) == 1);
    CHECK(((ULONG_PTR)Line & 63) == 0 && ((ULONG_PTR)Other & 63) == 0);
    CHECK(FIELD(counted, Before) == 0xdeadbeef && counted->After == 0xcafebabe);
    CHECK(_BitScanReverse(&index, 0x50) && index == 6 && _BitScanForward(&index, 0x50) && index == 4 && !_BitScanForward(&index, 0) && index == 4);
    CHECK(_BitScanReverse64(&index, 0x5000000000i64) && index == 38);
    CHECK(!_bittestandset(&word, 3) && word == 8 && _bittest(&word, 3) && InterlockedBitTestAndReset(&word, 3) && word == 0);
    CHECK(ALIGN_UP_BY(13, 8) == 16 && ALIGN_DOWN_BY(13, 8) == 8 && ALIGN_UP(5, u32) == 8 && ALIGN_UP_POINTER_BY(NULL, 8) == NULL);
    CHECK(RTL_BITS_OF(index) == 32 && RTL_BITS_OF_FIELD(COUNTED, Count) == 32 && RTL_NUMBER_OF(Line) == 64 && RTL_FIELD_SIZE(COUNTED, After) == 4);
    CHECK(RTL_CONTAINS_FIELD(counted, 12, After) && !RTL_CONTAINS_FIELD(counted, 11, After) && _rotl(0x80000001, 1) == 3 && _byteswap_ulong(1) == 0x01000000);
    number = 0;
    __try { number = 1; } __except (EXCEPTION_EXECUTE_HANDLER) { number = GetExceptionCode(); }
    CHECK(number == 1);
    __try { number = 2; } __finally { number++; }
    CHECK(number == 3);
    __try {
        for (number = 4;; number++) {
            __try { if (number == 6) __leave; } __finally { result = (s32)number; }
            if (number == 6) __leave;
        }
        number = 7;
    } __finally { number += 10; }
    CHECK(number == 16 && result == 6);
    ETH_COMPARE_NETWORK_ADDRESSES("abcdef", "abcdeg", &result)
    CHECK(result != 0);
    ETH_COMPARE_NETWORK_ADDRESSES_EQ("abcdef", "abcdef", &result);
    CHECK(result == 0);
    CHECK(sizeof(PCI_COMMON_HEADER) == 64 && PROTOCOL_RESERVED_SIZE_IN_PACKET == 32);
}

static NTSTATUS Format(char *Buffer, size_t Size, const char *Text, ...)
{
    NTSTATUS status;
    va_list arguments;

    va_start(arguments, Text);
    status = RtlStringCbVPrintfA(Buffer, Size, Text, arguments);
    va_end(arguments);
    return status;
}

static VOID CheckStrings(VOID)
{
    char text[16], *end;
    WCHAR wide[8];
    size_t left = 0;

    CHECK(RtlStringCbPrintfA(text, sizeof text, "%lu %ld", 4000000000UL, -5L) == STATUS_SUCCESS && strcmp(text, "4000000000 -5") == 0);
    CHECK(Format(text, sizeof text, "%s %ws", "much too long", L"text") == STATUS_BUFFER_OVERFLOW && strcmp(text, "much too long t") == 0);
    CHECK(RtlStringCchPrintfA(text, 0, "x") == STATUS_INVALID_PARAMETER);
    CHECK(RtlStringCchPrintfExA(text, 8, &end, &left, 0, "%s", "abc") == STATUS_SUCCESS && end == text + 3 && left == 5);
    CHECK(RtlStringCchPrintfExA(text, 8, &end, &left, STRSAFE_NO_TRUNCATION, "%s", "abcdefgh") == STATUS_BUFFER_OVERFLOW && text[0] == 0 && left == 8);
    CHECK(RtlStringCbPrintfW(wide, sizeof wide, L"%s%d%S", L"ab", 12, "c") == STATUS_SUCCESS && wide[4] == L'c' && wide[5] == 0);
    CHECK(RtlStringCbLengthW(wide, sizeof wide, &left) == STATUS_SUCCESS && left == 10);
    CHECK(RtlStringCchLengthA("abcd", 4, &left) == STATUS_INVALID_PARAMETER && RtlStringCchLengthA("abcd", 5, NULL) == STATUS_SUCCESS);
    CHECK(RtlStringCchCopyA(text, 4, "abcdef") == STATUS_BUFFER_OVERFLOW && strcmp(text, "abc") == 0);
    CHECK(RtlStringCchCatA(text, 6, "de") == STATUS_SUCCESS && RtlStringCchCatNA(text, 16, "fgh", 1) == STATUS_SUCCESS && strcmp(text, "abcdef") == 0);
    CHECK(RtlStringCchCopyNA(text, sizeof text, "xyz", 2) == STATUS_SUCCESS && strcmp(text, "xy") == 0);
    CHECK(_snprintf(text, sizeof text, "%p", (PVOID)0x1234) == -1 && _snprintf(text, sizeof text, "%I64u", 5000000000ui64) == 10);
    CHECK(sprintf(text, "%lx|%lu", 0xbeefUL, 7UL) == 6 && strcmp(text, "beef|7") == 0);
    CHECK(KeGetCurrentProcessorNumber() == 0);
}

static VOID CheckCounted(VOID)
{
    static WCHAR room[8];
    UNICODE_STRING text = NDIS_STRING_CONST("Ab"), same = NDIS_STRING_CONST("aB"), other = NDIS_STRING_CONST("abc"), made, target;
    ANSI_STRING narrow;
    PUCHAR block = ExAllocatePoolWithTag(NonPagedPool, 100, 'tset');

    CHECK(block != NULL);
    ExFreePoolWithTag(block, 'tset');
    CHECK(RtlEqualUnicodeString(&text, &same, TRUE) && !RtlEqualUnicodeString(&text, &same, FALSE));
    CHECK(RtlCompareUnicodeString(&text, &other, TRUE) < 0 && RtlCompareUnicodeString(&other, &text, TRUE) > 0);
    CHECK(RtlUnicodeStringToAnsiString(&narrow, &other, TRUE) == STATUS_SUCCESS && strcmp(narrow.Buffer, "abc") == 0);
    CHECK(RtlAnsiStringToUnicodeString(&made, &narrow, TRUE) == STATUS_SUCCESS && RtlEqualUnicodeString(&made, &other, FALSE));
    RtlFreeUnicodeString(&made);
    RtlFreeAnsiString(&narrow);
    CHECK(made.Buffer == NULL && narrow.Buffer == NULL);
    target.Buffer = room, target.Length = 0, target.MaximumLength = sizeof room;
    RtlCopyUnicodeString(&target, &text);
    CHECK(RtlAppendUnicodeToString(&target, L"cd") == STATUS_SUCCESS && target.Length == 8 && room[4] == 0);
    CHECK(RtlAppendUnicodeStringToString(&target, &other) == STATUS_SUCCESS && RtlAppendUnicodeToString(&target, L"xyz") == STATUS_BUFFER_TOO_SMALL);
    CHECK(RtlCreateUnicodeString(&made, L"made") && made.Length == 8);
    RtlFreeUnicodeString(&made);
    CHECK(RtlFindMostSignificantBit(0x90) == 7 && RtlFindLeastSignificantBit(0x90) == 4 && RtlFindMostSignificantBit(0) == -1);
}

static VOID CheckRoutines(VOID)
{
    NDIS_STRING known = NDIS_STRING_CONST("DbgPrint"), library = NDIS_STRING_CONST("strlen"), none = NDIS_STRING_CONST("KeNoSuchRoutine");

    CHECK(MmGetSystemRoutineAddress(&known) == (PVOID)DbgPrint);
    CHECK(MmGetSystemRoutineAddress(&library) == NULL && MmGetSystemRoutineAddress(&none) == NULL);
}

static NDIS_STATUS CheckedInitialize(
    PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    static NDIS_MINIPORT_TIMER timer;
    static NDIS_WORK_ITEM item;
    NDIS_STATUS status = Initialize(Error, Selected, Media, Count, Handle, Configuration);
    PADAPTER adapter;
    BOOLEAN cancelled;
    u32 value = 0x80000000;

    if (status != NDIS_STATUS_SUCCESS) return status;
    adapter = TheAdapter;
    CHECK(adapter != NULL && adapter->Interrupt.InterruptObject != NULL);
    CHECK(adapter != NULL && NdisMSynchronizeWithInterrupt(&adapter->Interrupt, Synchronized, &value));
    CheckLanguage();
    CheckStrings();
    CheckCounted();
    CheckRoutines();
    NdisInitializeEvent(&Happened);
    NdisMInitializeTimer(&timer, Handle, OnTimer, &Counted);
    NdisMSetPeriodicTimer(&timer, 5);
    CHECK(NdisWaitEvent(&Happened, 60000) && Counted.Before == 0xdeadbeef && Counted.After == 0xcafebabe);
    NdisMCancelTimer(&timer, &cancelled);
    NdisInitializeWorkItem(&item, OnWork, &Counted);
    NdisScheduleWorkItem(&item);
    SAY("%lu %ld %I64x %ws %04X", 4000000000UL, -7L, 0x123456789abci64, L"wide", 0xbeefL);
    DbgPrintEx(DPFLTR_IHVNETWORK_ID, DPFLTR_ERROR_LEVEL, "%lu checks, %lu failures\n", Checks, Failures);
    return status;
}

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    Characteristics->InitializeHandler = CheckedInitialize;
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}
