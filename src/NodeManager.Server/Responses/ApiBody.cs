namespace NodeManager.Server.Responses;

/// <summary>Validates required fields.</summary>
internal static class ApiBody
{
    /// <param name="value">Null if missing.</param>
    /// <param name="field">The name in the body.</param>
    public static T Required<T>(T? value, string field)
        where T : class => value is null or "" ? throw Missing(field) : value;

    /// <inheritdoc cref="Required{T}(T, string)"/>
    public static T Required<T>(T? value, string field)
        where T : struct => value ?? throw Missing(field);

    /// <summary>A duration in whole seconds; null if missing.</summary>
    public static TimeSpan? Seconds(long? seconds, string field) =>
        seconds switch
        {
            null => null,
            < 0 or > int.MaxValue => throw new NodeManagerException(
                ErrorIds.InvalidDuration,
                ErrorKind.InvalidArgument,
                $"'{field}' is {seconds}; it takes seconds from 0 on.",
                seconds
            ),
            _ => TimeSpan.FromSeconds(seconds.Value),
        };

    private static NodeManagerException Missing(string field) =>
        new("InvalidBody", ErrorKind.InvalidArgument, $"The body needs '{field}'.", field);
}
