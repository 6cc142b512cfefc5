namespace Nonpaged.Ndis;

/// <summary>Results of the kernel's calls that are no results of NDIS ([MS-ERREF] 2.3.1).</summary>
internal static class NtStatus
{
    public const uint Success = 0;
    public const uint Timeout = 0x102;
    public const uint ObjectNameExists = 0x4000_0000;
    public const uint BufferOverflow = 0x8000_0005;
    public const uint NoMoreEntries = 0x8000_001a;
    public const uint Unsuccessful = 0xc000_0001;
    public const uint InvalidInfoClass = 0xc000_0003;
    public const uint InfoLengthMismatch = 0xc000_0004;
    public const uint InvalidHandle = 0xc000_0008;
    public const uint InvalidParameter = 0xc000_000d;
    public const uint EndOfFile = 0xc000_0011;
    public const uint AccessDenied = 0xc000_0022;
    public const uint BufferTooSmall = 0xc000_0023;
    public const uint ObjectTypeMismatch = 0xc000_0024;
    public const uint ObjectNameInvalid = 0xc000_0033;
    public const uint ObjectNameNotFound = 0xc000_0034;
    public const uint ObjectNameCollision = 0xc000_0035;
    public const uint ObjectPathSyntaxBad = 0xc000_003b;
    public const uint MutantNotOwned = 0xc000_0046;
    public const uint InsufficientResources = 0xc000_009a;
    public const uint FileIsADirectory = 0xc000_00ba;
    public const uint CannotDelete = 0xc000_0121;
    public const uint IoDeviceError = 0xc000_0185;

    public static bool IsSuccess(uint status) => (int)status >= 0;
}
