namespace NodeManager.Server.Responses;

/// <summary>Checks of what a request must have.</summary>
internal static class ApiBody
{
    /// <summary>The value of a field.</summary>
    /// <param name="value">Null where the body does not have it.</param>
    /// <param name="field">As the body writes it.</param>
    /// <exception cref="NodeManagerException">InvalidBody.</exception>
    public static T Required<T>(T? value, string field)
        where T : class => value is null or "" ? throw Missing(field) : value;

    /// <inheritdoc cref="Required{T}(T, string)"/>
    public static T Required<T>(T? value, string field)
        where T : struct => value ?? throw Missing(field);

    /// <summary>A duration in whole seconds; null without the field.</summary>
    /// <param name="seconds">As the body has it.</param>
    /// <param name="field">As the body writes it.</param>
    /// <exception cref="NodeManagerException">InvalidDuration.</exception>
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
