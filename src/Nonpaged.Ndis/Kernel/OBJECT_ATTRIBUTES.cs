namespace Nonpaged.Ndis;

/// <summary>Which object a call opens; as the C structure.</summary>
internal unsafe struct OBJECT_ATTRIBUTES
{
    public uint Length;
    public nint RootDirectory;
    public NDIS_STRING* ObjectName;
    public uint Attributes;
    public void* SecurityDescriptor;
    public void* SecurityQualityOfService;
}
