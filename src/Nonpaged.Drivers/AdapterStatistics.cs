namespace Nonpaged.Drivers;

/// <summary>What an adapter counts, for the OIDs of statistics.</summary>
internal struct AdapterStatistics
{
    public uint TransmitOk;
    public uint TransmitErrors;
    public uint ReceiveOk;
    public uint ReceiveErrors;
    public uint ReceiveMissed;
    public uint AlignmentErrors;
}
