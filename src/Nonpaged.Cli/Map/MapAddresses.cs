namespace Nonpaged.Cli;

/// <summary>In which numbering a map's physical addresses are meant.</summary>
internal enum MapAddresses
{
    /// <summary>The host's frames.</summary>
    Host,

    /// <summary>The physical address space of a machine.</summary>
    Machine,

    /// <summary>Offsets in the file of a machine whose layout is not known.</summary>
    File,
}
