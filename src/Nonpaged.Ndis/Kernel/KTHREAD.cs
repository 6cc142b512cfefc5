namespace Nonpaged.Ndis;

/// <summary>What PsGetCurrentThread and ObReferenceObjectByHandle point to. Opaque to drivers.</summary>
internal struct KTHREAD
{
    public DISPATCHER_HEADER Header;
    public int Priority;
    public ulong Id;
}
