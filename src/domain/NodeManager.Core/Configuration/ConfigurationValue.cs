namespace NodeManager.Core.Configuration;

/// <summary>An option's value in one layer.</summary>
/// <param name="Source">The file's path, the environment variable, or <c>Session</c>.</param>
/// <param name="Line">The line in the file, from 1; 0 without a file.</param>
internal sealed record ConfigurationValue(ConfigurationOption Option, object? Value, string Source, int Line = 0);
