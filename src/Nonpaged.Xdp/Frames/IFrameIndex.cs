namespace Nonpaged.Xdp;

/// <summary>Which frame an address lies in. A structure, so that loops over frames are compiled for each by itself.</summary>
internal interface IFrameIndex
{
    ulong Of(ulong address);
}
