namespace Nonpaged.Ndis;

/// <summary>A deferred procedure call in a driver's memory; as the C structure.</summary>
internal unsafe struct KDPC
{
    public const byte TypeOfDpc = 19;
    public const byte MediumImportance = 1;
    public const byte HighImportance = 2;

    public byte Type;
    public byte Importance;
    public ushort Number;
    public nint DpcListFlink;
    public nint DpcListBlink;
    public delegate* unmanaged<KDPC*, void*, void*, void*, void> DeferredRoutine;
    public void* DeferredContext;
    public void* SystemArgument1;
    public void* SystemArgument2;
    public void* DpcData;
}
