namespace NodeManager.Kubernetes.Streaming;

/// <summary>How a program in a container ended.</summary>
/// <param name="ExitCode">Null: it did not start, or its end is not known.</param>
/// <param name="Message">The server's text about a failure; empty without one.</param>
public sealed record ExecResult(int? ExitCode, string Message);
