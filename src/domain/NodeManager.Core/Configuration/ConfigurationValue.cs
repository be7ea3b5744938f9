namespace NodeManager.Core.Configuration;

/// <summary>A value that a layer sets.</summary>
/// <param name="Option">Which option.</param>
/// <param name="Value">As the configuration holds it.</param>
/// <param name="Source">The file's path, the environment variable, or <c>Session</c>.</param>
/// <param name="Line">In the file, from 1; 0 where there is no file.</param>
internal sealed record ConfigurationValue(ConfigurationOption Option, object? Value, string Source, int Line = 0);
