//! Batches against the plain definition: the digest of each message, hashed alone.

use pow_kernel::Hash;

mod random;
use random::Random;

/// Messages enough for every lane of the widest pass, and a partial pass behind it.
const MANY: usize = 75;

fn slices(messages: &[Vec<u8>]) -> Vec<&[u8]> {
    messages.iter().map(Vec::as_slice).collect()
}

fn check(hash: Hash, messages: &[Vec<u8>]) {
    let messages = slices(messages);
    let expected: Vec<[u8; 32]> = messages.iter().map(|message| hash.digest(message)).collect();
    assert_eq!(hash.digest_batch(&messages), expected, "{}", hash.name());
    for kernel in hash.kernels().iter().filter(|kernel| kernel.is_available()) {
        let found = hash.digest_batch_on(kernel, &messages);
        let wrong: Vec<usize> = (0..found.len()).filter(|&i| found[i] != expected[i]).collect();
        assert!(wrong.is_empty(), "{} {kernel:?}: wrong at {wrong:?}", hash.name());
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn messages_of_equal_length_have_their_own_digests() {
    let mut random = Random::new(1);
    for hash in Hash::ALL {
        for length in 0..300 {
            let count = random.below(MANY as u64) as usize;
            let messages: Vec<_> = (0..count).map(|_| random.bytes(length)).collect();
            check(hash, &messages);
        }
    }
}

#[test]
fn messages_of_mixed_lengths_have_their_own_digests_in_their_order() {
    let mut random = Random::new(2);
    for hash in Hash::ALL {
        for _ in 0..40 {
            let longest = 1 + random.below(300);
            let messages: Vec<_> = (0..2 * MANY)
                .map(|_| {
                    let length = random.below(longest) as usize;
                    random.bytes(length)
                })
                .collect();
            check(hash, &messages);
        }
    }
}

#[test]
fn lengths_around_the_padding_share_a_pass() {
    for hash in Hash::ALL {
        let lengths = [0, 1, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 121, 127, 128, 129];
        let mut random = Random::new(4);
        let messages: Vec<_> = (0..3 * MANY)
            .map(|_| {
                let length = *random.pick(&lengths);
                random.bytes(length)
            })
            .collect();
        check(hash, &messages);
    }
}

#[test]
fn a_message_changes_its_own_digest_and_no_other_in_every_lane() {
    for hash in Hash::ALL {
        for kernel in hash.kernels().iter().filter(|kernel| kernel.is_available()) {
            let same = vec![vec![7; 80]; MANY];
            let [common] = hash.digest_batch(&[&same[0]])[..] else { unreachable!() };
            for changed in 0..MANY {
                let mut messages = same.clone();
                messages[changed][79] = 8;
                let digests = hash.digest_batch_on(kernel, &slices(&messages));
                for (i, digest) in digests.iter().enumerate() {
                    let place = format!("{} {kernel:?}: {i} of {changed}", hash.name());
                    assert_eq!(*digest != common, i == changed, "{place}");
                }
            }
        }
    }
}

#[test]
fn the_longest_message_and_the_shortest_stand_side_by_side() {
    let mut random = Random::new(3);
    for hash in Hash::ALL {
        let lengths = [1 << 20, 0, (1 << 20) - 1, 80, (1 << 20) - 9, 80];
        check(hash, &lengths.map(|length| random.bytes(length)));
    }
}

#[test]
fn no_messages_have_no_digests() {
    for hash in Hash::ALL {
        check(hash, &[]);
    }
}

#[test]
#[should_panic(expected = "blake2s has no such kernel")]
fn a_kernel_of_another_hash_is_refused() {
    Hash::Blake2s.digest_batch_on(Hash::Sha256.detect(), &[b"message"]);
}
