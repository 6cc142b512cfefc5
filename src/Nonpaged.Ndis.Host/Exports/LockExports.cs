using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntke.h: spin locks, and lists under one.</summary>
internal static unsafe class LockExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(KeAcquireSpinLockRaiseToDpc))]
    public static byte KeAcquireSpinLockRaiseToDpc(long* SpinLock)
    {
        using var call = NativeCall.Enter("KeAcquireSpinLock");
        Irql before = CallContext.CurrentIrql;
        if (NdisLibrary.Take(SpinLock, "KeAcquireSpinLock") && before < Irql.DISPATCH_LEVEL)
            CallContext.ChangeIrql(Irql.DISPATCH_LEVEL);
        call.Trace($"SpinLock={SpinLock} OldIrql={before}");
        return (byte)before;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeReleaseSpinLock))]
    public static void KeReleaseSpinLock(long* SpinLock, byte NewIrql)
    {
        using var call = NativeCall.Enter(nameof(KeReleaseSpinLock));
        if (NdisLibrary.Give(SpinLock, nameof(KeReleaseSpinLock)) && (Irql)NewIrql < CallContext.CurrentIrql)
            CallContext.ChangeIrql((Irql)NewIrql);
        call.Trace($"SpinLock={SpinLock} NewIrql={NewIrql}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeAcquireSpinLockAtDpcLevel))]
    public static void KeAcquireSpinLockAtDpcLevel(long* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(KeAcquireSpinLockAtDpcLevel));
        NdisLibrary.Take(SpinLock, nameof(KeAcquireSpinLockAtDpcLevel));
        call.Trace($"SpinLock={SpinLock}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeReleaseSpinLockFromDpcLevel))]
    public static void KeReleaseSpinLockFromDpcLevel(long* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(KeReleaseSpinLockFromDpcLevel));
        NdisLibrary.Give(SpinLock, nameof(KeReleaseSpinLockFromDpcLevel));
        call.Trace($"SpinLock={SpinLock}");
    }

    private struct Entry
    {
        public Entry* Flink;
        public Entry* Blink;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExInterlockedInsertHeadList))]
    public static nint ExInterlockedInsertHeadList(nint ListHead, nint ListEntry, long* Lock)
    {
        using var call = NativeCall.Enter(nameof(ExInterlockedInsertHeadList));
        bool taken = Take(Lock, nameof(ExInterlockedInsertHeadList));
        var head = (Entry*)ListHead;
        nint first = Insert(head, head->Flink, (Entry*)ListEntry, head->Flink);
        if (taken) Give(Lock, nameof(ExInterlockedInsertHeadList));
        call.Trace($"ListHead={ListHead} ListEntry={ListEntry} Lock={Lock} ={first}");
        return first;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExInterlockedInsertTailList))]
    public static nint ExInterlockedInsertTailList(nint ListHead, nint ListEntry, long* Lock)
    {
        using var call = NativeCall.Enter(nameof(ExInterlockedInsertTailList));
        bool taken = Take(Lock, nameof(ExInterlockedInsertTailList));
        var head = (Entry*)ListHead;
        nint last = Insert(head->Blink, head, (Entry*)ListEntry, head->Blink);
        if (taken) Give(Lock, nameof(ExInterlockedInsertTailList));
        call.Trace($"ListHead={ListHead} ListEntry={ListEntry} Lock={Lock} ={last}");
        return last;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExInterlockedRemoveHeadList))]
    public static nint ExInterlockedRemoveHeadList(nint ListHead, long* Lock)
    {
        using var call = NativeCall.Enter(nameof(ExInterlockedRemoveHeadList));
        bool taken = Take(Lock, nameof(ExInterlockedRemoveHeadList));
        var head = (Entry*)ListHead;
        Entry* removed = head->Flink == head ? null : head->Flink;
        if (removed != null)
        {
            head->Flink = removed->Flink;
            removed->Flink->Blink = head;
        }

        if (taken) Give(Lock, nameof(ExInterlockedRemoveHeadList));
        call.Trace($"ListHead={ListHead} Lock={Lock} ={removed}");
        return (nint)removed;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExInterlockedPushEntryList))]
    public static nint ExInterlockedPushEntryList(nint* ListHead, nint* ListEntry, long* Lock)
    {
        using var call = NativeCall.Enter(nameof(ExInterlockedPushEntryList));
        bool taken = Take(Lock, nameof(ExInterlockedPushEntryList));
        nint first = *ListHead;
        *ListEntry = first;
        *ListHead = (nint)ListEntry;
        if (taken) Give(Lock, nameof(ExInterlockedPushEntryList));
        call.Trace($"ListHead={ListHead} ListEntry={ListEntry} Lock={Lock} ={first}");
        return first;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExInterlockedPopEntryList))]
    public static nint ExInterlockedPopEntryList(nint** ListHead, long* Lock)
    {
        using var call = NativeCall.Enter(nameof(ExInterlockedPopEntryList));
        bool taken = Take(Lock, nameof(ExInterlockedPopEntryList));
        nint* first = *ListHead;
        if (first != null) *ListHead = (nint*)*first;
        if (taken) Give(Lock, nameof(ExInterlockedPopEntryList));
        call.Trace($"ListHead={ListHead} Lock={Lock} ={first}");
        return (nint)first;
    }

    // At any IRQL: an ISR may use a list, too.
    private static bool Take(long* spinLock, string call) => NdisLibrary.Take(spinLock, call, (Irql)byte.MaxValue);

    private static void Give(long* spinLock, string call) => NdisLibrary.Give(spinLock, call);

    // What was there before is returned; NULL where the list was empty.
    private static nint Insert(Entry* before, Entry* after, Entry* entry, Entry* was)
    {
        bool wasEmpty = before == after;
        entry->Flink = after;
        entry->Blink = before;
        before->Flink = entry;
        after->Blink = entry;
        return wasEmpty ? 0 : (nint)was;
    }
}
