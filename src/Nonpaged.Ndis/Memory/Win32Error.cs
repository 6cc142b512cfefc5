namespace Nonpaged.Ndis;

/// <summary>What GetLastError tells after one of the calls of <see cref="CoreDll"/> failed.</summary>
public enum Win32Error : uint
{
    /// <summary>The last call did not fail.</summary>
    ERROR_SUCCESS = 0,

    /// <summary>The handle or pointer is not one that the call takes.</summary>
    ERROR_INVALID_HANDLE = 6,

    /// <summary>There is not enough memory.</summary>
    ERROR_NOT_ENOUGH_MEMORY = 8,

    /// <summary>A parameter is not one that the call takes.</summary>
    ERROR_INVALID_PARAMETER = 87,

    /// <summary>The range is not locked.</summary>
    ERROR_NOT_LOCKED = 158,

    /// <summary>The address is not within a region of VirtualAlloc.</summary>
    ERROR_INVALID_ADDRESS = 487,
}
