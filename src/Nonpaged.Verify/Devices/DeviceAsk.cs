namespace Nonpaged.Verify;

/// <summary>A program's request that a driver has.</summary>
/// <param name="Id">By which the program cancels it.</param>
/// <param name="Answer">Comes when the driver has completed it.</param>
internal sealed record DeviceAsk(ulong Id, Task<DeviceAnswer> Answer);
