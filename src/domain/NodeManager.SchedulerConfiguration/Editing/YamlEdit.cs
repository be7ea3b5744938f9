using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>
/// One change of what a document says. Each is made twice, in the text and in the values read from it; the text is right when it reads
/// back as the changed values.
/// </summary>
public abstract record YamlEdit(YamlPath Path);

/// <summary>Gives a key or an item a value; what is missing on the way there is made.</summary>
public sealed record SetValue(YamlPath Path, object? Value) : YamlEdit(Path);

/// <summary>Puts an item into the list at the path, before the one at <paramref name="Index"/>; a missing list is made.</summary>
public sealed record InsertItem(YamlPath Path, int Index, object? Value) : YamlEdit(Path);

/// <summary>Takes the key or the item at the path away; the mappings and lists that it leaves empty go with it, up to the next list item.</summary>
public sealed record RemoveValue(YamlPath Path) : YamlEdit(Path);

/// <summary>Moves an item of the list at the path from one place to another.</summary>
public sealed record MoveItem(YamlPath Path, int From, int To) : YamlEdit(Path);
