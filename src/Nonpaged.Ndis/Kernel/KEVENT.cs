namespace Nonpaged.Ndis;

/// <summary>An event in a driver's memory; as the C structure.</summary>
internal struct KEVENT
{
    public DISPATCHER_HEADER Header;
}
