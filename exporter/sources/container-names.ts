import type { DescriptorsTold, PlaceCensus } from '../model/observation.ts';
import { shortContainerId } from './pod-cgroup.ts';

export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

interface Container extends PodName {
  /** `undefined`: it has none, as the sandbox of its Pod, or it is not known yet. */
  name: string | undefined;
  /** Reads of its Pod that did not name it. A status may be a little older than the container. */
  misses: number;
  refused: boolean;
  /** When its Pod may be read for it, monotonic milliseconds. */
  readAt: number;
}

const mostMisses = 2;
const missedMs = 60_000;
const refusedMs = 300_000;

/**
 * The names that people gave to containers, by the IDs that a machine knows of them. Each Pod is read once
 * for a container that is new: a node has a hundred Pods, and nobody shall read them all again and again.
 */
export class ContainerNames {
  #containers = new Map<string, Container>();

  /** The same places with names; a container without one is left out, and told by its ID where names are refused. */
  apply(places: readonly PlaceCensus[]): readonly PlaceCensus[] {
    const before = this.#containers;
    this.#containers = new Map();
    return places.map((place) => {
      if (place.descriptors === undefined) return place;
      const descriptors = place.descriptors.flatMap((told): readonly DescriptorsTold[] => {
        const { container: id } = told;
        if (id === '') return [told];
        const container = before.get(id) ?? newcomer(place);
        this.#containers.set(id, container);
        const name = container.name ?? (container.refused ? shortContainerId(id) : undefined);
        return name === undefined ? [] : [{ ...told, container: name }];
      });
      return { ...place, descriptors };
    });
  }

  /** Pods that have to be read for their containers. */
  wanted(mono: number): readonly PodName[] {
    const pods = new Map<string, PodName>();
    for (const { namespace, pod, name, misses, readAt } of this.#containers.values()) {
      if (name === undefined && misses < mostMisses && readAt <= mono) {
        pods.set(`${namespace}/${pod}`, { namespace, pod });
      }
    }
    return [...pods.values()];
  }

  /** What a read of a Pod told: names by ID, or nothing where it was refused. */
  learn(of: PodName, names: ReadonlyMap<string, string> | undefined, mono: number): void {
    for (const [id, container] of this.#containers) {
      const { namespace, pod } = container;
      if (namespace !== of.namespace || pod !== of.pod || container.name !== undefined) continue;
      container.refused = names === undefined;
      container.name = names?.get(id);
      if (names !== undefined && container.name === undefined) container.misses++;
      container.readAt = mono + (names === undefined ? refusedMs : missedMs);
    }
  }
}

function newcomer({ namespace, pod }: PodName): Container {
  return { namespace, pod, name: undefined, misses: 0, refused: false, readAt: 0 };
}
