namespace NodeManager.SchedulerConfigurations.Catalog;

/// <summary>Where the knowledge about a plugin comes from, which decides how much it weighs.</summary>
public enum PluginOrigin
{
    /// <summary>kube-scheduler itself: it refuses what contradicts this.</summary>
    BuiltIn,

    /// <summary>
    /// Another project, one release of it. A scheduler built with another release may know more, so what contradicts this is only doubted.
    /// </summary>
    Public,

    /// <summary>A definition that the user registered, to be held to it.</summary>
    Registered,
}
