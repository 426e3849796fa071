package org.ebbflow.cli.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.ebbflow.data.DataException;
import org.ebbflow.data.InputFile;
import org.ebbflow.io.PendingFile;

/**
 * Brings the files of a known data set into a folder, and vouches for their content.
 *
 * <p>Hashes are of the uncompressed content, because mirrors compress differently. A file that is
 * there and right is left alone; a wrong one is never kept. Not thread-safe; two processes may
 * fetch into one folder.
 */
public final class DatasetFetch {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * One file of a data set.
   *
   * @param name its name at every mirror and in the cache
   * @param sha256 of its content after decompression, in hex
   */
  public record RemoteFile(String name, String sha256) {}

  /**
   * What belongs to a data set and where to find it.
   *
   * @param dataset its name, and its folder's in the cache
   * @param files all of them
   * @param mirrors http or https addresses of folders, tried in this order
   */
  public record Manifest(String dataset, List<RemoteFile> files, List<String> mirrors) {
    /** Copies the lists. */
    public Manifest {
      files = List.copyOf(files);
      mirrors = List.copyOf(mirrors);
    }

    /** MNIST: 60,000 training and 10,000 test images with their labels. */
    public static Manifest mnist() {
      return new Manifest(
          "mnist",
          List.of(
              new RemoteFile(
                  "train-images-idx3-ubyte.gz",
                  "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
              new RemoteFile(
                  "train-labels-idx1-ubyte.gz",
                  "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
              new RemoteFile(
                  "t10k-images-idx3-ubyte.gz",
                  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
              new RemoteFile(
                  "t10k-labels-idx1-ubyte.gz",
                  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
          List.of(
              "https://ossci-datasets.s3.amazonaws.com/mnist/",
              "https://storage.googleapis.com/cvdf-datasets/mnist/"));
    }
  }

  /** Told what happens; called on any thread, one call at a time. */
  public interface Progress {
    /** Says nothing. */
    Progress NONE = new Progress() {};

    /** A file is there and right, and is not fetched. */
    default void present(Path file) {}

    /**
     * A piece has arrived.
     *
     * @param name of the file
     * @param bytes so far
     * @param total as announced, or -1
     */
    default void received(String name, long bytes, long total) {}

    /** A file has arrived and is right. */
    default void stored(Path file) {}
  }

  private final Manifest manifest;
  private final Progress progress;
  private final Download download;

  /**
   * @param manifest what to fetch
   * @param progress told what happens
   */
  public DatasetFetch(Manifest manifest, Progress progress) {
    this(manifest, progress, PATIENCE);
  }

  DatasetFetch(Manifest manifest, Progress progress, Duration patience) {
    this.manifest = manifest;
    this.progress = progress;
    this.download = new Download(patience);
  }

  /**
   * Fetches from the manifest's mirrors.
   *
   * @param cache made if missing; the files go to a folder in it named like the data set
   * @return the files, in the manifest's order
   * @throws DataException naming a file that no mirror gives, and why
   */
  public List<Path> fetch(Path cache) {
    return fetchFrom(manifest.mirrors(), cache);
  }

  /**
   * Fetches from one place.
   *
   * @param cache as {@link #fetch(Path)}
   * @param from the http or https address of a folder, or a folder on disk
   * @return the files, in the manifest's order
   * @throws DataException naming a file that is not there or not right
   */
  public List<Path> fetch(Path cache, String from) {
    return fetchFrom(List.of(from), cache);
  }

  private List<Path> fetchFrom(List<String> sources, Path cache) {
    Path folder = cache.resolve(manifest.dataset());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DataException(
          "the cache " + folder + " cannot be made (" + e + ")", "name another folder", e);
    }
    List<Path> paths = new ArrayList<>();
    for (RemoteFile file : manifest.files()) {
      Path target = folder.resolve(file.name());
      if (isRight(target, file)) {
        progress.present(target);
      } else {
        fetch(file, sources, target);
        progress.stored(target);
      }
      paths.add(target);
    }
    return List.copyOf(paths);
  }

  private void fetch(RemoteFile file, List<String> sources, Path target) {
    List<String> failures = new ArrayList<>();
    for (String source : sources) {
      try (PendingFile pending = new PendingFile(target)) {
        try (OutputStream out = Files.newOutputStream(pending.temporary())) {
          copy(source, file.name(), out);
        }
        String sha256 = sha256(pending.temporary());
        if (sha256.equals(file.sha256())) {
          pending.commit();
          return;
        }
        failures.add(
            "%s gives other content (sha256 %s, not %s)"
                .formatted(source, brief(sha256), brief(file.sha256())));
      } catch (IOException e) {
        failures.add(source + " " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DataException(
            "fetching " + file.name() + " was interrupted", "fetch again for what is missing", e);
      }
    }
    throw new DataException(
        "%s could not be fetched: %s".formatted(file.name(), String.join(", ", failures)),
        "check the network, or give the address or folder of another copy");
  }

  private void copy(String source, String name, OutputStream out)
      throws IOException, InterruptedException {
    String scheme = source.toLowerCase(Locale.ROOT);
    if (scheme.startsWith("http://") || scheme.startsWith("https://")) {
      download.copy(
          address(source, name), out, (bytes, total) -> progress.received(name, bytes, total));
      return;
    }
    Path original;
    try {
      original = Path.of(source).resolve(name);
    } catch (InvalidPathException e) {
      throw new IOException("is neither a web address nor a folder", e);
    }
    if (!Files.isRegularFile(original)) {
      throw new IOException("has no such file");
    }
    progress.received(name, Files.copy(original, out), Files.size(original));
  }

  private static URI address(String source, String name) throws IOException {
    try {
      return URI.create(source.endsWith("/") ? source + name : source + "/" + name);
    } catch (IllegalArgumentException e) {
      throw new IOException("is not a web address", e);
    }
  }

  private static boolean isRight(Path path, RemoteFile file) {
    try {
      return Files.isRegularFile(path) && sha256(path).equals(file.sha256());
    } catch (IOException e) {
      return false; // damaged: to be fetched again
    }
  }

  private static String sha256(Path path) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    try (InputStream in = new DigestInputStream(InputFile.of(path).open(), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (DataException | UncheckedIOException e) {
      throw new IOException("gives a damaged file", e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String brief(String sha256) {
    return sha256.substring(0, Math.min(8, sha256.length())) + "…";
  }
}
