using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol's request. It and its information buffer stay in place until the request is complete. Members of the union DATA
/// (QUERY_INFORMATION and SET_INFORMATION, which have one layout) stand here by themselves.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 176)]
public unsafe struct NDIS_REQUEST
{
    /// <summary>What the request does.</summary>
    [FieldOffset(32)]
    public NDIS_REQUEST_TYPE RequestType;

    /// <summary>The object identifier.</summary>
    [FieldOffset(40)]
    public uint Oid;

    /// <summary>The value, or room for it.</summary>
    [FieldOffset(48)]
    public void* InformationBuffer;

    /// <summary>The buffer's length in bytes.</summary>
    [FieldOffset(56)]
    public uint InformationBufferLength;

    /// <summary>BytesWritten of a query, BytesRead of a set.</summary>
    [FieldOffset(60)]
    public uint BytesWritten;

    /// <summary>How long the buffer must be, where it is too short.</summary>
    [FieldOffset(64)]
    public uint BytesNeeded;
}
