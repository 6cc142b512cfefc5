namespace Nonpaged.Ndis;

/// <summary>An entry of what RtlQueryRegistryValues takes; as the C structure.</summary>
internal unsafe struct RTL_QUERY_REGISTRY_TABLE
{
    public const uint SubKey = 0x01;
    public const uint TopKey = 0x02;
    public const uint Required = 0x04;
    public const uint NoValue = 0x08;
    public const uint NoExpand = 0x10;
    public const uint Direct = 0x20;
    public const uint Delete = 0x40;
    public const uint TypeCheck = 0x100;

    public delegate* unmanaged<char*, uint, void*, uint, void*, void*, uint> QueryRoutine;
    public uint Flags;
    public char* Name;
    public void* EntryContext;
    public uint DefaultType;
    public void* DefaultData;
    public uint DefaultLength;
}
