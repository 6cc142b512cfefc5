namespace Nonpaged.Verify;

/// <summary>How a driver ended a program's request.</summary>
/// <param name="Status">IoStatus.Status.</param>
/// <param name="Bytes">What it gave back.</param>
internal sealed record DeviceAnswer(NTSTATUS Status, byte[] Bytes);
