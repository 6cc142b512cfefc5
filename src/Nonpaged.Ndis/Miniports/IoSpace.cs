using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>What NdisMMapIoSpace mapped.</summary>
internal sealed record IoSpace(Adapter Adapter, RegisterWindow Window, nuint Address);
